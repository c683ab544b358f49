"""Pro-rata: every winner closes the same share of its position."""

import numpy as np

from unhedged.adl.contract import Lots, Winners


def contract_pro_rata(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to position sizes, by largest remainder.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; only ``qty``, ``account`` and ``position`` are used.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        ``floor(lots * qty / sum)`` each; the lots that rounding leaves go one by one to the largest remainders, ties to the
        larger position, then the lower account row, then the lower position row. All of every position when ``lots`` is at least
        the sum.

    Notes
    -----
    Exact on integers: products are Python's. Nobody gets more than it holds, since a remainder exists only below one's
    exact share.

    Source: Chitra, Autodeleveraging: Impossibilities and Optimization, arXiv 2512.01112 v3 (contract pro-rata); the
    rounding (largest remainder, Hamilton) is ours.
    """
    sizes = [int(qty) for qty in winners["qty"]]
    held = sum(sizes)
    if lots >= held:
        return np.array(sizes, np.int64)
    closes = [lots * qty // held for qty in sizes]
    rests = [lots * qty % held for qty in sizes]
    accounts, positions = winners["account"], winners["position"]
    order = sorted(
        range(len(sizes)), key=lambda n: (-rests[n], -sizes[n], accounts[n], positions[n])
    )
    for n in order[: lots - sum(closes)]:
        closes[n] += 1
    return np.array(closes, np.int64)
