"""The venue's question in numbers: complete groups of fills as winners, with what is known of each."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unhedged.kernels.layout.cases import WINNER
from unhedged.replay.allocate import Question
from unhedged.replay.figures import clock
from unhedged.replay.groups import Group
from unhedged.replay.loading import EventData

ATOMS = 10**6
MAINTENANCE = 0.025
"""Maintenance margin over notional where nothing says it: half the initial margin at 20x. A parameter: the venue's contracts
allow 3x to 40x, and the winners' other positions are not in the tables. Scores of Binance and OKX depend on it."""


def group_questions(data: EventData, groups: list[Group]) -> Iterator[Question]:
    """Yield the question of each complete group: its winners, and the lots that were closed of them.

    The winners are those the venue closed; others on their side are not in the tables. So a policy here says how the same
    accounts would have shared the same close. Profit is the one the venue's own closed profit implies, equity is cash plus the
    account's unrealised profit, both before the fill; the gap is the published one of its wave and coin, without a sign, and
    taken to be against the winner.
    """
    for group in groups:
        yield group_question(group, _gap(data, group))


def group_question(group: Group, gap: float | None) -> Question:
    """Return the question of one group; ``gap`` in dollars a coin, None where no table says it."""
    fills = group.fills
    places = _places(fills["adl_size"].to_list() + fills["position_size"].to_list())
    held = np.rint(fills["position_size"].abs().to_numpy() * 10.0**places).astype(np.int64)
    closed = np.rint(fills["adl_size"].to_numpy() * 10.0**places).astype(np.int64)
    price = float(fills["adl_price"][0])
    share = held / np.maximum(closed, 1)
    equity = (fills["account_value_realtime"] + fills["total_unrealized_pnl"]).to_numpy()
    side = -1 if fills["position_size"][0] < 0 else 1
    return Question(
        name=f"{group.coin} {clock(group.t_ms)}",
        kind="complete group",
        accounts=fills["user"].to_list(),
        winners=winner_rows(
            held=held,
            notional=held * 10.0**-places * price,
            unrealised=fills["closed_pnl"].to_numpy() * share,
            equity=equity,
            side=side,
            mark=price + side * (gap or 0.0),
            price=price,
        ),
        lots=int(closed.sum()),
        happened=closed,
        gap=None if gap is None else gap * 10.0**-places,
        equity=True,
    )


def winner_rows(
    *,
    held: NDArray[np.int64],
    notional: NDArray[Any],
    unrealised: NDArray[Any],
    equity: NDArray[Any],
    side: int,
    mark: float,
    price: float,
) -> NDArray[Any]:
    """Return rows of the `winner` table; dollars come in and atoms go out, rounded to the nearest.

    Parameters
    ----------
    held : array of int64
        Lots, > 0.
    notional, unrealised, equity : array of float64
        Dollars: of the position, of the position, of the account.
    side : int
        1 long, -1 short.
    mark, price : float
        Dollars: mark, and price of the ADL.
    """
    rows = np.zeros(len(held), WINNER)
    rows["position"] = rows["account"] = np.arange(len(held))
    rows["qty"] = held
    rows["notional"] = np.rint(notional * ATOMS)
    rows["unrealised"] = np.rint(unrealised * ATOMS)
    rows["cost"] = np.maximum(1, rows["notional"] - side * rows["unrealised"])
    rows["equity"] = np.rint(equity * ATOMS)
    rows["wallet"] = rows["equity"] - rows["unrealised"]
    rows["account_notional"] = rows["notional"]
    rows["maintenance"] = np.rint(rows["account_notional"] * MAINTENANCE)
    rows["long"] = int(side > 0)
    # Milli-ticks of a millionth of a dollar: fine enough for any price of the venue.
    rows["mark_milli"] = max(1, round(mark * 10**9))
    rows["px_milli"] = max(1, round(price * 10**9))
    return rows


def _places(sizes: list[float]) -> int:
    exponents = (Decimal(repr(size)).normalize().as_tuple().exponent for size in sizes)
    return max(0, *(-int(exponent) for exponent in exponents))


def _gap(data: EventData, group: Group) -> float | None:
    table = data.table("wave_coins")
    if table is None:
        return None
    inside = (pl.col("t_start_ms") <= group.t_ms) & (pl.col("t_end_ms") >= group.t_ms)
    rows = table.frame.filter((pl.col("coin") == group.coin) & inside)
    return float(rows["gap_per_contract_usd"][0]) if rows.height == 1 else None
