"""Random start: holders one after another from a random one on, whatever their profit or leverage.

The compiled loop walks through all holders of the contract by itself (``kernels.ranking``, a draw of the venue's stream). Here
the walk goes through a given list of winners, in order of position rows, from a draw whose key and number the caller states.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from unhedged.adl.claims import Lots, Winners, given_up
from unhedged.kernels.compiled import entry
from unhedged.kernels.rng import uniforms_of


class RandomStart:
    """A policy without a ranking: the compiled loop takes holders one after another from a random one on."""


RANDOM_START = RandomStart()
"""Close holders one after another from a random one on, round, whatever their profit or leverage.

In a market the venue's random stream draws; a replay states key and draw, see `random_start`. Source: dYdX v4 (DY1, verified).
"""


@entry("float64(uint64, uint64)")
def _uniform(key: Any, draw: Any) -> float:
    first, _, _, _ = uniforms_of(key, draw)
    return first


def random_start(key: int, draw: int = 0) -> Callable[[Winners, int], Lots]:
    """Return the allocation that begins at a random winner and goes round.

    Parameters
    ----------
    key : int
        Of the random stream, 0 to 2^64 - 1, such as ``vocab.keys.stream_key(seed, replicate, name)``.
    draw : int
        Number of the draw in that stream; each event of a replay takes its own.

    Returns
    -------
    callable
        ``f(winners, lots)``: whole positions from winner ``floor(u * n)`` on in order of position rows, after the last the first.
        Whom the close would leave with less than nothing is passed over, and closed last if the others do not suffice.

    Notes
    -----
    O(n log n). Every account is as likely to be the first as any other, so splitting a position makes it likelier to be met.

    Source: dYdX v4, no ranking by profit or leverage (DY1, verified); Philox draw as in ``kernels.rng``.
    """

    def allocate(winners: Winners, lots: int) -> Lots:
        order = np.argsort(winners["position"], kind="stable")
        start = int(_uniform(key, draw) * len(order))
        order = np.concatenate([order[start:], order[:start]])
        loss = given_up(winners, np.minimum(winners["qty"], lots))
        ruined = (loss > np.maximum(winners["equity"], 0))[order]
        order = np.concatenate([order[~ruined], order[ruined]])
        held = winners["qty"][order]
        closes = np.zeros(len(order), np.int64)
        closes[order] = np.clip(lots - (np.cumsum(held) - held), 0, held)
        return closes

    return allocate
