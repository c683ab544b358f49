"""Capped pro-rata: in proportion to profit, or to profit at risk, but nobody below its maintenance margin.

Both are water-filling on limits, `close_in_proportion`; O(n).

Source: Chitra, Autodeleveraging: Impossibilities and Optimization, arXiv 2512.01112 v3 (verified). There capped pro-rata is the only
rule that is Sybil resistant, scale invariant and monotone, and least for every convex cost of the haircuts; the last holds dollar by
dollar, not account by account (docs/explanation/adl-theory.md). In whole lots the other three hold up to the lot that rounding moves.
"""

from collections.abc import Callable
from typing import Any

from unhedged.adl.claims import (
    Lots,
    Winners,
    account_leverage,
    close_in_proportion,
    lots_worth,
    profit,
    spare,
)


def capped_pro_rata(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to profit, as long as its account keeps its maintenance margin.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``unrealised``, ``equity``, ``maintenance``, ``notional`` and the two prices are used as well.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        As in `close_in_proportion`. What all limits together leave open is closed in proportion to size.

    Notes
    -----
    ``h_i = min(eta, b_i)`` with ``b_i * w_i = min(w_i, equity - maintenance)`` and the level ``eta`` that meets the budget. A limit
    of money is ``floor(qty * limit / loss of the whole position)`` lots. An event at mark takes nothing, so it has no limits.

    Source: Chitra, arXiv 2512.01112 v3 (capped pro-rata); the largest haircut allowed, there a parameter, is all of the profit.
    """
    return close_in_proportion(winners, lots, profit(winners), lots_worth(winners, spare(winners)))


def risk_aware(risk: Callable[[Any], Any]) -> Callable[[Winners, int], Lots]:
    """Return the policy whose haircuts of profit grow with the account's leverage as ``risk`` says.

    Parameters
    ----------
    risk : callable
        From leverages, an array of float64, to relative haircuts, >= 0 and finite; any unit.

    Returns
    -------
    callable
        ``f(winners, lots)``, limits as in `capped_pro_rata`.

    Notes
    -----
    ``h_i = min(b_i, tau * risk(leverage_i))``. Leverage counts all positions of the account, so it stays as it is when an account is
    split into equal parts.

    Source: Chitra, arXiv 2512.01112 v3 (RAP); its function of leverage is a choice there, hence a parameter here.
    """

    def allocate(winners: Winners, lots: int) -> Lots:
        claims = risk(account_leverage(winners)) * profit(winners)
        return close_in_proportion(winners, lots, claims, lots_worth(winners, spare(winners)))

    return allocate


risk_aware_pro_rata = risk_aware(lambda leverage: leverage)
"""Close lots in proportion to the account's leverage times the position's profit, within what leaves maintenance margins.

Leverage as risk is the plainest choice, ours: `risk_aware` takes any other. Source: Chitra, arXiv 2512.01112 v3 (RAP).
"""
