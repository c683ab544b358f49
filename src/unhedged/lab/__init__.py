"""Experiments: the same market twice, with one thing changed."""
