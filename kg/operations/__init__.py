"""What can be asked of the graph: one table, from which everything else is made."""

from .table import OPERATIONS, Context, Operation, Registry, operation

__all__ = ["OPERATIONS", "Context", "Operation", "Registry", "operation"]
