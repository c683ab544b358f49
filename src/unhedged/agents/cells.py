"""Which cell of its rows a behaviour keeps what in; plain data, imported by scenarios and engine alike."""

MOST_QUOTES = 2
"""Books one market maker quotes."""
MOST_LEVELS = 12
"""Prices a market maker quotes on one side."""
