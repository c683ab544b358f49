"""Rebuild a perpetual-futures market from its parts, crash it, and see who is left unhedged."""

__version__ = "0.1.0"
