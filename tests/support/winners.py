"""Lists of winners for tests of ADL policies, and seeds."""

import os

import numpy as np

from unhedged.kernels.layout.cases import WINNER


def winners_with(sizes, **columns):
    """Return winners of these sizes and columns; accounts and positions are numbered from 0."""
    winners = np.zeros(len(sizes), WINNER)
    winners["qty"] = sizes
    winners["account"] = winners["position"] = np.arange(len(sizes))
    for name, values in columns.items():
        winners[name] = values
    return winners


def as_plain(winners):
    """Return the rows as mappings of plain numbers."""
    return [{key: one[key].item() for key in WINNER.names} for one in winners]


def seeds():
    """Return two fixed seeds and a new one, which is printed and so shown when a test fails."""
    new = int.from_bytes(os.urandom(4))
    print(f"seed {new}")
    return 1, 2, new
