"""Scores that rank winners of auto-deleveraging inside the compiled loop; the highest is closed first.

Each hands the numbers of a winner to the rule of its venue. Rows of ``winner`` hold the numbers before anything is closed.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.adl.claims import Winners
from unhedged.kernels.compiled import ByAddress, call_score, entry, rule, score
from unhedged.kernels.layout.cases import WINNER
from unhedged.kernels.tables import as_winner
from unhedged.rules import adl_score

_binance = rule(adl_score.score_binance)
_bitmex = rule(adl_score.score_bitmex)
_okx = rule(adl_score.score_okx)
_observed = rule(adl_score.score_hyperliquid_observed)
_documented = rule(adl_score.score_hyperliquid_documented)
_literal = rule(adl_score.score_hyperliquid_documented_literal)


@score
def binance(winner: int) -> float:
    """Return Binance's score: profit of the position on the wallet, times the account's margin ratio."""
    one: Any = as_winner(winner)
    return _binance(one.unrealised, one.wallet, one.equity, one.maintenance)


@score
def bitmex(winner: int) -> float:
    """Return BitMEX's score: return times effective leverage, or a loss over it.

    The bankruptcy value is that of cross margin: mark value less the account's equity.
    """
    one: Any = as_winner(winner)
    # Of an inverse long value and cost are owed: the profit says so.
    sign = 1 if one.unrealised == one.notional - one.cost else -1
    marked = sign * one.notional
    return _bitmex(marked, sign * one.cost, marked - one.equity)


@score
def okx(winner: int) -> float:
    """Return OKX's score: return over the account's margin ratio, or a loss times it.

    The ratio is equity over maintenance, the fee of closing counted in it; an account with less than an atom of either counts
    as having one.
    """
    one: Any = as_winner(winner)
    ratio = (1.0 * max(1, one.equity)) / (1.0 * max(1, one.maintenance))
    return _okx(one.unrealised, max(1, one.cost), ratio)


@score
def hyperliquid_observed(winner: int) -> float:
    """Return the score read from Hyperliquid's decompiled engine: leverage times return."""
    one: Any = as_winner(winner)
    return _observed(one.notional, one.equity, one.unrealised, one.cost)


@score
def hyperliquid_documented(winner: int) -> float:
    """Return Hyperliquid's documented index, the price ratio turned round for shorts."""
    one: Any = as_winner(winner)
    side = 1 if one.long == 1 else -1
    return _documented(side, one.notional, one.cost, one.equity)


@score
def hyperliquid_documented_literal(winner: int) -> float:
    """Return Hyperliquid's index exactly as printed, for either side."""
    one: Any = as_winner(winner)
    return _literal(one.notional, one.cost, one.equity)


SCORES: dict[str, ByAddress] = {
    "binance-v1": binance,
    "profit-leverage-v1": binance,  # what the score is, for rulebooks of venues that copy it
    "bitmex-v1": bitmex,
    "okx-v1": okx,
    "hyperliquid-observed-v1": hyperliquid_observed,
    "hyperliquid-documented-v1": hyperliquid_documented,
    "hyperliquid-documented-literal-v1": hyperliquid_documented_literal,
}
"""Scores by registered id; the loop gets their addresses."""


@entry("void(int64, int64, int64, Floats)")
def _score_rows(rows: int, size: int, score: int, scores: Any) -> None:
    for n in range(len(scores)):
        scores[n] = call_score(score, rows + n * size)


def score_column(winners: Winners, score: ByAddress) -> NDArray[np.float64]:
    """Return the score of each winner, float64, as the compiled loop would find it.

    Raises
    ------
    ValueError
        ``winners`` is not a list of rows of `winner`: their bytes would be read as something else.
    """
    if winners.dtype != WINNER or winners.ndim != 1:
        raise ValueError(f"winners have the dtype {winners.dtype}; rows of `winner` are needed")
    rows = np.ascontiguousarray(winners)
    scores = np.empty(len(rows), np.float64)
    _score_rows(rows.ctypes.data, rows.itemsize, score.address, scores)
    return scores
