"""Build a world from a plan, run it, record it, check it."""
