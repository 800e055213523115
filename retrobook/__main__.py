"""`python -m retrobook` is the command `retrobook`."""

from .cli import main

main(prog_name="retrobook")
