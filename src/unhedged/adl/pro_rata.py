"""Pro-rata: every winner closes the same share of its position, its profit, its equity or its risk.

All are `close_in_proportion`: integer lots by largest remainder, O(n). Nobody closes more than it holds; what that leaves goes to
the others in the same proportion.

Source: Chitra, Autodeleveraging: Impossibilities and Optimization, arXiv 2512.01112 v3 (verified); the maps from haircuts to lots
and the rounding are ours. Theory: monotone in the claim, scale invariant and, being linear in the claim, indifferent to splitting
an account into parts as long as no position is exhausted and up to the lot that rounding moves.
"""

from unhedged.adl.claims import (
    Lots,
    Winners,
    close_in_proportion,
    equity,
    leverage,
    profit,
)


def contract_pro_rata(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to position sizes.

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
    Exact on integers. Nobody gets more than it holds, since a remainder exists only below one's exact share.

    Source: Chitra, arXiv 2512.01112 v3 (contract pro-rata); the rounding (largest remainder, Hamilton) is ours.
    """
    return close_in_proportion(winners, lots, winners["qty"])


def profit_pro_rata(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to unrealised profits of the positions: the same haircut of profit for all.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``unrealised`` is used as well. Winners without profit close only when all others are closed whole.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        As in `close_in_proportion`.

    Notes
    -----
    ``x_i = H * w_i / U`` with the profit ``w_i`` and ``U = sum(w)``.

    Source: Chitra, arXiv 2512.01112 v3 (wealth pro-rata on profits; ``pnl_pr`` of the published table).
    """
    return close_in_proportion(winners, lots, profit(winners))


def equity_pro_rata(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to the equity of the accounts: the same haircut of equity for all.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``equity`` is used as well. Accounts with nothing close only when all others are closed whole.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        As in `close_in_proportion`.

    Notes
    -----
    Where a position is exhausted the others' shares rise alike, so before rounding this is the smallest possible largest
    haircut of equity; ``min-max`` finds it in whole lots.

    Source: Chitra, arXiv 2512.01112 v3 (``pr`` and, water-filled, ``eq_pr`` of the published table; identified from its
    numbers, secondary).
    """
    return close_in_proportion(winners, lots, equity(winners))


def leverage_pro_rata(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to leverage times profit.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``unrealised``, ``notional`` and ``equity`` are used as well.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        As in `close_in_proportion`.

    Notes
    -----
    Weights ``notional / equity * profit`` are float64, cut to whole numbers on a common scale. Splitting an account leaves them
    as they are, since leverage does not change.

    Source: Chitra, arXiv 2512.01112 v3 (leverage pro-rata).
    """
    return close_in_proportion(winners, lots, leverage(winners) * profit(winners))
