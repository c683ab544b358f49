"""The rulebook as pure scalar functions: one subject a file, plain Python, importable without numba.

Every function takes integers and floats and returns one. Integer rules state their rounding;
products that can leave 64 bits go through ``mul_div_floor`` and ``mul_div_ceil``, which the kernels
replace by a 128-bit version. Money is in atoms, prices in ticks or milli-ticks (10⁻³ tick), sizes
in lots, rates in ppb (10⁻⁹).
"""
