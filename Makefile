# make run | test | install | bench | bench-quality | screenshots
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RETROBOOK_HOME ?= .retrobook
# The index of PyTorch's CPU builds (see README); empty takes the default build.
TORCH_INDEX ?=
export RETROBOOK_HOME

.PHONY: install run test bench bench-quality lint screenshots sample-vectors clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(if $(TORCH_INDEX),$(BIN)/python -m pip install --quiet torch==2.13.0 --index-url $(TORCH_INDEX))
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

run: install
	$(BIN)/retrobook init --sample
	$(BIN)/retrobook serve

test: install
	$(BIN)/python -m pytest

# The rival of one bench comes without its dependencies: some of its pins are older than ours.
bench: install
	$(BIN)/python -m pip install --quiet --no-deps neo4j-graphrag==1.22.0 json-repair==0.64.6 pypdf==6.21.4
	$(BIN)/python -m bench

# How well lessons are found and chances are told; RETROBOOK_DATA names the folder of the larger sets.
bench-quality: install
	$(BIN)/python -m bench quality

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: install
	$(BIN)/python docs/screenshots.py
	$(BIN)/python docs/board_screenshots.py
	$(BIN)/python docs/outcome_screenshots.py

# The vectors that come with the sample, made again after a model or a sample text changed.
sample-vectors: install
	$(BIN)/python -m retrobook.sample_vectors templates/sample/vectors.sqlite

clean:
	rm -rf $(VENV) dist build .ruff_cache .mypy_cache .pytest_cache
