"""Parameterised notebooks: checked, run, recorded, published whole."""

from .check import check_parameters, split_assignments
from .execute import OnProgress, Progress
from .inspection import Parameter, parameters_of, read_notebook
from .run import notebook_file, run_report

__all__ = [
    "OnProgress", "Parameter", "Progress", "check_parameters", "notebook_file", "parameters_of", "read_notebook",
    "run_report", "split_assignments",
]  # fmt: skip
