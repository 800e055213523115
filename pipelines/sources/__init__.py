"""Readers of other systems' files: tables, JSON Lines, Markdown notes."""
