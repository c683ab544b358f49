"""Venues' own answers turned into tables of tiers that a scenario can name.

``answer`` reads a file, ``parts`` points into it, one module a venue knows that venue's form, ``schedule`` says what a table of
tiers must be, ``writing`` and ``reading`` are the file a scenario names, ``importer`` joins them.
"""
