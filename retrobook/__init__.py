"""Retrobook: what projects brought, what they taught, given back when it counts."""

__version__ = "0.1.0"
