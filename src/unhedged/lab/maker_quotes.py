"""Spread and skew of the market maker as it quotes, beside the closed forms it is made from.

The maker of this package is given the numbers of Avellaneda and Stoikov's example, a flat book and an inventory, without the weight
that days give to capital a position binds, which no closed form has, and takes one turn;
what it would send is read from its messages. Prices are per unit of their price s = 100.

Sources: M. Avellaneda, S. Stoikov, High-frequency trading in a limit order book, Quantitative Finance 8 (2008): spread
``gamma sigma^2 (T - t) + (2 / gamma) ln(1 + gamma / k)``, 1.49 on average at ``sigma = 2, T = 1, dt = 0.005, gamma = 0.1, k = 1.5``;
O. Guéant, C.-A. Lehalle, J. Fernandez-Tapia, Dealing with the inventory risk (2013): half-spread ``(1 / gamma) ln(1 + gamma / k) + S / 2``
and skew ``S`` an order, with ``S = sqrt(sigma^2 gamma / (2 k A) (1 + gamma / k)^(1 + k / gamma))``.
"""

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.agents import cells, rows
from unhedged.kernels.layout.agents import AGENT, MESSAGE, OBSERVATION, PARAMETER
from unhedged.scenario.makers import MarketMaker
from unhedged.scenario.resolve import parameter
from unhedged.vocab.enums import Command, Side

S, SIGMA, HORIZON, STEP, GAMMA, K, ARRIVAL = 100.0, 2.0, 1.0, 0.005, 0.1, 1.5, 140.0
"""Their example: price, volatility per root of its unit of time, horizon, time step, risk aversion, decay and rate of arrivals."""
PX = 1_000_000_000
"""Ticks of the price: one is a thousand-millionth of it, so that rounding to ticks is not seen."""
LOT = 1e-6
TOUCH = 1_000
"""Ticks from the mid at which the book stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """What one turn quotes nearest to the mid, in the price's unit."""

    spread: float
    centre: float


def stationary_skew() -> float:
    """Return ``S`` of the example, the closed form: by how much quotes move per order of inventory."""
    x = GAMMA / K
    return math.sqrt(SIGMA**2 * GAMMA / (2 * K * ARRIVAL) * (1 + x) ** (1 + 1 / x))


def stationary_spread() -> float:
    """Return the spread of the same closed form without inventory, ``(2 / gamma) ln(1 + gamma / k) + S``."""
    return 2 / GAMMA * math.log(1 + GAMMA / K) + stationary_skew()


def skew_by_equation(most: int = 60) -> float:
    """Return the same skew a second time, from the equation the closed form approximates.

    ``alpha q^2 v - eta (v_q-1 + v_q+1)``, inventories up to ``most`` orders, has a least eigenvector v; the bid stands
    ``(1 / k) ln(v_q / v_q+1)`` farther away. Slope over one order around none.
    """
    x = GAMMA / K
    q = np.arange(-most, most + 1)
    alpha, eta = K * GAMMA * SIGMA**2 / 2, ARRIVAL * (1 + x) ** -(1 + 1 / x)
    matrix = np.diag(alpha * q.astype(float) ** 2) - eta * (
        np.eye(len(q), k=1) + np.eye(len(q), k=-1)
    )
    v = np.abs(np.linalg.eigh(matrix)[1][:, 0])
    bid = np.log(v[:-1] / v[1:]) / K
    return float(bid[most + 1] - bid[most])


def finite_spread(quoted: float) -> float:
    """Return the average spread of Avellaneda and Stoikov, with the half-spread of a quote instead of their formula's.

    The maker knows no horizon: from its ``quoted`` spread at no inventory its stationary risk term ``S`` is taken, and theirs,
    ``gamma sigma^2 (T - t)``, is added, averaged over the steps of the example.
    """
    times = np.arange(0.0, HORIZON - STEP / 2, STEP)
    return quoted - stationary_skew() + float((GAMMA * SIGMA**2 * (HORIZON - times)).mean())


def quotes(own: float = 0.0, elsewhere: float = 0.0) -> Quotes:
    """Return what the maker quotes with an inventory.

    Parameters
    ----------
    own, elsewhere : float
        Orders it holds on the leg it quotes, and beyond its stock on its hedge leg; negative for short.
    """
    turn = _Turn()
    turn.take()
    turn.seen["pos"][0] = round(own * turn.order_lots())
    turn.seen["pos"][1] += round(elsewhere * turn.order_lots())
    turn.me["state"][cells.MAKER_CENTRE] = 0.0  # whatever stands is quoted anew
    return turn.take()


def _middle(value: Any) -> float:
    # Of a law its median: where it leaves and how long it stays away, which one turn in a quiet book does not ask.
    return float(value) if isinstance(value, int | float) else float(value.parameters["median"])


class _Turn:
    """The maker, what it sees and what it writes; no market."""

    def __init__(self) -> None:
        from unhedged.agents.market_maker import behave  # noqa: PLC0415 - compiles

        self._arrays = [np.zeros(1, kind) for kind in (OBSERVATION, AGENT, PARAMETER)]
        self._out = np.zeros(64, MESSAGE)
        self._behave: Any = ctypes.CFUNCTYPE(*[ctypes.c_int64] * 4)(behave.address)
        self.seen, self.me, self.row = (array[0] for array in self._arrays)
        self._fill_row()
        self._show_book()
        # A turn of no length: it learns nothing, and quotes at the volatility of the example.
        self.me["legs"], self.me["tags"], self.me["period"] = 2, 64, 10**9
        self.me["parameters"] = self._arrays[2].ctypes.data

    def _fill_row(self) -> None:
        spec = MarketMaker.model_validate(
            {
                "id": "maker", "kind": "market_maker", "quotes": "hub/X-PERP", "hedge": "spot/X", "capital": "$100M",
                "risk_aversion": GAMMA / K, "arrival": f"{ARRIVAL}/s", "distance": f"{100 / (K * S):.7f}%",
                "inventory": {"gross": 0.0},
            }
        )  # fmt: skip
        values = {name: parameter(getattr(spec, name)) for name in MarketMaker.model_fields}
        of = self.row["of"]
        of[:] = rows.fill("market_maker", values, lambda _, value: _middle(value))
        of[cells.MAKER_CALM_SIGMA] = SIGMA / S
        of[cells.MAKER_HEDGE_ABOVE] = 1e9  # it quotes and does not hedge
        of[cells.ACCOUNTS] = 3.0
        of[cells.NEUTRAL + 1] = 1_000 * self.order_lots()

    def _show_book(self) -> None:
        seen = self.seen
        seen["legs"] = 2
        for leg in range(2):
            seen["tick"][leg], seen["lot"][leg], seen["value"][leg] = S / PX, LOT, S
            seen["mark_milli"][leg] = seen["index_milli"][leg] = 1_000 * PX
            seen["bid"][leg], seen["ask"][leg] = PX - TOUCH, PX + TOUCH
            seen["bid_qty"][leg] = seen["ask_qty"][leg] = 1_000
            seen["equity"][leg] = 50_000_000 * 10**6
        seen["pos"][1] = self.row["of"][cells.NEUTRAL + 1]

    def order_lots(self) -> float:
        """Return the lots of one order."""
        of: Any = self.row["of"]
        return float(of[cells.MAKER_UNIT] * of[cells.CAPITAL] * of[cells.MAKER_WEIGHT] / (S * LOT))

    def take(self) -> Quotes:
        """Let it take its turn and return its quotes nearest to the mid."""
        tables = (*self._arrays[:2], self._out)
        written = self._out[: self._behave(*(table.ctypes.data for table in tables))]
        mine = written[(written["leg"] == 0) & (written["command"] == Command.LIMIT)]
        bid = mine["px"][mine["side"] == Side.BUY].max() * S / PX
        ask = mine["px"][mine["side"] == Side.SELL].min() * S / PX
        return Quotes(spread=float(ask - bid), centre=float(ask + bid) / 2)
