"""Where the graph is kept: one contract, two engines."""

from .protocol import Change, GraphStore, Health, Hit, Transaction, Where

__all__ = ["Change", "GraphStore", "Health", "Hit", "Transaction", "Where"]
