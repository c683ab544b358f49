"""The global haircut ratio: all profits of the venue are junior claims and lose the same share.

Source: variation-margin gains haircutting of clearing houses (CPMI-IOSCO 2014; Duffie and Zhu 2011; from memory, to be checked);
as wealth pro-rata in Chitra, arXiv 2512.01112 v3.
"""

from unhedged.adl.claims import Lots, Winners, account_profit, close_in_proportion


def global_haircut(winners: Winners, lots: int) -> Lots:
    """Return lots per winner in proportion to the unrealised profit of its account over all positions.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``equity`` and ``wallet`` are used as well.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        As in `close_in_proportion`; O(n).

    Notes
    -----
    A loss elsewhere in the account counts against the profit, so a netted hedge protects. For the same reason it is not
    indifferent to splitting: positions that net in one account pay more in two.

    Source: see the module; the map to lots is ours.
    """
    return close_in_proportion(winners, lots, account_profit(winners))
