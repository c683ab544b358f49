"""Figures of a run, one subject a file: each a question, a sentence read off the data, a plot, its numbers."""
