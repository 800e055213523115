"""`python -m kg.encoders`: the process that holds the models (see `worker`)."""

from .worker import main

main()
