"""Columns of every table of the compiled world, each with its unit; `kernels.tables` puts them together."""
