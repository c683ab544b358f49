"""Venues as data: rulebooks with a source for every value."""
