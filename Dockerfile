FROM python:3.11-slim
# What PDF is written with: text shaping, and fonts that have Chinese.
RUN apt-get update && apt-get install -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 retrobook && mkdir /data && chown retrobook /data
WORKDIR /opt/retrobook
ARG TORCH_INDEX=
COPY pyproject.toml constraints.txt README.md ./
COPY kg kg
COPY pipelines pipelines
COPY widgets widgets
COPY retrobook retrobook
COPY templates templates
COPY notebooks notebooks
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir torch==2.13.0 --index-url "$TORCH_INDEX"; fi \
 && pip install --no-cache-dir --constraint constraints.txt .
USER retrobook
ENV RETROBOOK_HOME=/data
EXPOSE 8866
CMD ["sh", "-c", "retrobook init --sample && exec retrobook serve"]
