"""How a plan's parameters become an agent's row of numbers, its legs, its tags and what it owns at the start.

Plain data and functions for the engine; nothing here needs a compiler. A plan's rates (10^-9) and durations (ns) are scaled
to natural units when a row is filled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unhedged.agents import cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a parameter goes, the factor to its natural unit, and what stands for one left out."""

    at: int
    scale: float = 1.0
    missing: float = 0.0


def _plain(at: int, missing: float = 0.0) -> Cell:
    return Cell(at=at, missing=missing)


def _ppb(at: int, missing: float = 0.0) -> Cell:
    return Cell(at=at, scale=1e-9, missing=missing)


_ns = _ppb  # a nanosecond is 10^-9 s as a ppb is 10^-9 of the whole

LEGS: Mapping[str, tuple[str, ...]] = {
    "background": ("instrument",),
    "market_maker": ("quotes", "hedge", "watch"),
    "basis_desk": ("spot", "short", "reshort"),
    "leveraged": ("instruments",),
    "cross_venue": ("instruments",),
    "dip_buyer": ("instrument",),
    "momentum": ("instrument",),
    "panic": ("instrument", "watch"),
    "speculator": ("instrument",),
    "custom": ("instruments",),
}
"""Keys of a block that name instruments, in the order of the agent's legs."""

SEES_EQUITY = frozenset({"market_maker", "cross_venue", "momentum", "custom"})
"""Kinds whose observation holds the equity of their accounts."""

FOR_FEES = 0.01
"""Cash beside coins, as a part of them. Assumed."""
AT_SECOND_VENUE = 0.25
"""Part of a basis desk's capital that waits where it would short again; the rest stands behind its short. Assumed."""

PARAMETERS: Mapping[str, Mapping[str, Cell]] = {
    "background": {
        "capital": _plain(cells.CAPITAL),
        "limit_rate": _plain(cells.FLOW_LIMIT_RATE),
        "market_rate": _plain(cells.FLOW_MARKET_RATE),
        "cancel_rate": _plain(cells.FLOW_CANCEL_RATE),
        "orders": _plain(cells.FLOW_ORDERS),
        "reach": _ppb(cells.FLOW_REACH),
        "step": _ppb(cells.FLOW_STEP),
        "decay": _plain(cells.FLOW_DECAY),
        "size": _plain(cells.FLOW_SIZE),
        "size_sigma": _plain(cells.FLOW_SIZE_SIGMA),
        "size_most": _plain(cells.FLOW_SIZE_MOST),
        "market_size": _plain(cells.FLOW_MARKET_SIZE),
        "elasticity": _plain(cells.FLOW_ELASTICITY),
        "informed": _ppb(cells.FLOW_INFORMED),
        "informed_scale": _ppb(cells.FLOW_INFORMED_SCALE),
        "informed_power": _plain(cells.FLOW_POWER),
        "rush": _plain(cells.FLOW_RUSH),
        "bargain": _ppb(cells.FLOW_BARGAIN),
        "usual_gap": _ns(cells.FLOW_USUAL),
        "patient": _plain(cells.FLOW_PATIENT),
        "patient_orders": _plain(cells.FLOW_PATIENT_ORDERS),
        "patient_nearest": _ppb(cells.FLOW_NEAREST),
        "patient_farthest": _ppb(cells.FLOW_FARTHEST),
        "patient_decay": _plain(cells.FLOW_PATIENT_DECAY),
        "patience": _ns(cells.FLOW_PATIENCE),
    },
    "market_maker": {
        "capital": _plain(cells.CAPITAL),
        "depth": _ppb(cells.MAKER_DEPTH),
        "unit": _ppb(cells.MAKER_UNIT),
        "levels": _plain(cells.MAKER_LEVELS),
        "span": _ppb(cells.MAKER_SPAN),
        "refill": _ns(cells.MAKER_REFILL),
        "risk_aversion": _plain(cells.MAKER_RISK),
        "arrival": _plain(cells.MAKER_ARRIVAL),
        "distance": _ppb(cells.MAKER_DISTANCE),
        "inventory.limit": _ppb(cells.MAKER_LIMIT),
        "inventory.hedge_above": _ppb(cells.MAKER_HEDGE_ABOVE),
        "inventory.hedge_down_to": _ppb(cells.MAKER_HEDGE_TO),
        "inventory.hedge_slippage": _ppb(cells.MAKER_HEDGE_SLIP),
        "inventory.hedge_most": _ppb(cells.MAKER_HEDGE_MOST),
        "inventory.gross": _plain(cells.MAKER_GROSS),
        "reference.follow": _ns(cells.MAKER_FOLLOW),
        "reference.anchor": _ns(cells.MAKER_ANCHOR),
        "reference.news": _ppb(cells.MAKER_NEWS),
        "reference.calm_volatility": _ppb(cells.MAKER_CALM_SIGMA),
        "shading.volatility_scale": _plain(cells.MAKER_VOLATILITY_SCALE),
        "shading.volatility_power": _plain(cells.MAKER_VOLATILITY_POWER),
        "shading.floor": _ppb(cells.MAKER_FLOOR),
        "shading.fear": _plain(cells.MAKER_FEAR),
        "shading.fear_memory": _ns(cells.MAKER_FEAR_MEMORY),
        "withdraw.loss": _ppb(cells.MAKER_LOSS),
        "withdraw.volatility": _plain(cells.MAKER_LEAVE),
        "withdraw.dump": _ppb(cells.MAKER_DUMP),
        "withdraw.cool_off": _ns(cells.MAKER_COOL),
        "withdraw.calm": _plain(cells.MAKER_RETURN),
        "withdraw.haircut": _ppb(cells.MAKER_HAIRCUT),
    },
    "basis_desk": {
        "capital": _plain(cells.CAPITAL),
        "leverage": _plain(cells.BASIS_LEVERAGE),
        "reaction": _ns(cells.BASIS_REACTION),
        "sell": _ppb(cells.BASIS_SELL),
        "resell": _ppb(cells.BASIS_RESELL),
        "slice": _plain(cells.BASIS_SLICE),
        "slippage": _ppb(cells.BASIS_SLIP),
        "open_above": _ppb(cells.BASIS_OPEN, cells.BASIS_NEVER),
        "close_below": _ppb(cells.BASIS_CLOSE, -cells.BASIS_NEVER),
        "limit": _plain(cells.BASIS_LIMIT),
        "hurdle": _ppb(cells.BASIS_HURDLE, cells.BASIS_NEVER),
        "round_trip": _ppb(cells.BASIS_COST),
        "yield_memory": _ns(cells.BASIS_MEMORY),
        "pace": _ns(cells.BASIS_PACE),
    },
    "leveraged": {"capital": _plain(cells.CAPITAL)},
    "cross_venue": {
        "capital": _plain(cells.CAPITAL),
        "limit": _plain(cells.CROSS_LIMIT),
        "enter": _ppb(cells.CROSS_ENTER),
        "exit": _ppb(cells.CROSS_EXIT),
        "slice": _plain(cells.CROSS_SLICE),
        "patience": _ns(cells.CROSS_PATIENCE),
        "rebalance": _ppb(cells.CROSS_REBALANCE),
        "transfer_every": _ns(cells.CROSS_EVERY),
        "frozen": _ns(cells.CROSS_FROZEN),
    },
    "dip_buyer": {
        "capital": _plain(cells.CAPITAL),
        "on_hand": _ppb(cells.DIP_ON_HAND),
        "arrival": _ns(cells.DIP_ARRIVAL),
        "discount": _ppb(cells.DIP_DISCOUNT),
        "falling_premium": _plain(cells.DIP_PREMIUM),
        "pace": _ns(cells.DIP_PACE),
        "slice": _plain(cells.DIP_SLICE),
        "slippage": _ppb(cells.DIP_SLIP),
        "passive": _ppb(cells.DIP_PASSIVE),
        "take_profit": _ppb(cells.DIP_TAKE_PROFIT, cells.BASIS_NEVER),
        "ladder.share": _ppb(cells.DIP_LADDER),
        "ladder.orders": _plain(cells.DIP_LADDER_ORDERS),
        "ladder.nearest": _ppb(cells.DIP_NEAREST),
        "ladder.farthest": _ppb(cells.DIP_FARTHEST),
        "ladder.decay": _plain(cells.DIP_DECAY),
        "ladder.refresh": _ns(cells.DIP_REFRESH),
    },
    "momentum": {
        "capital": _plain(cells.CAPITAL),
        "leverage": _plain(cells.MOM_LEVERAGE),
        "window": _ns(cells.MOM_WINDOW),
        "trigger": _plain(cells.MOM_TRIGGER),
        "gain": _plain(cells.MOM_GAIN),
        "slice": _ppb(cells.MOM_SLICE),
        "slippage": _ppb(cells.MOM_SLIP),
        "leaves": _ppb(cells.MOM_LEAVES),
        "stop": _ppb(cells.MOM_STOP, cells.BASIS_NEVER),
        "take_profit": _ppb(cells.MOM_TAKE_PROFIT, cells.BASIS_NEVER),
        "turn": _plain(cells.MOM_TURN, cells.BASIS_NEVER),
    },
    "panic": {
        "capital": _plain(cells.CAPITAL),
        "lag": _ns(cells.PANIC_LAG),
        "memory": _ns(cells.PANIC_MEMORY),
        "threshold": _ppb(cells.PANIC_THRESHOLD),
        "full": _ppb(cells.PANIC_FULL),
        "hazard": _plain(cells.PANIC_HAZARD),
        "pace": _ns(cells.PANIC_PACE),
        "slice": _plain(cells.PANIC_SLICE),
        "slippage": _ppb(cells.PANIC_SLIP),
        "watch_times": _plain(cells.PANIC_TIMES),
    },
    "speculator": {
        "capital": _plain(cells.CAPITAL),
        "swing": _ppb(cells.SPEC_SWING),
        "memory": _ns(cells.SPEC_MEMORY),
        "pace": _ns(cells.SPEC_PACE),
        "slice": _plain(cells.SPEC_SLICE),
        "slippage": _ppb(cells.SPEC_SLIP),
    },
    "custom": {"capital": _plain(cells.CAPITAL)},
}
"""Parameters of a plan, blocks joined by dots, to cells."""

SIDES: Mapping[str, float] = {"sell": -1.0, "buy": 1.0, "both": 0.0}
"""What a momentum trader follows, as its row says it."""


def lookup(params: Mapping[str, Any], path: str) -> Any:
    """Return the parameter at a dotted path; None when a part is missing."""
    value: Any = params
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def fill(
    kind: str,
    params: Mapping[str, Any],
    number: Callable[[str, Any], float] = lambda _, x: float(x),
) -> list[float]:
    """Return one row of parameters, `cells.ROW` numbers, without the cells the engine fills.

    Parameters
    ----------
    kind : str
        Kind of agent.
    params : mapping
        Parameters of its plan: rates in 10^-9, durations in ns, money in dollars.
    number : callable
        ``number(path, value)``: the number a parameter stands for; draws where it is a law.
    """
    row = [0.0] * cells.ROW
    for path, cell in PARAMETERS[kind].items():
        value = lookup(params, path)
        row[cell.at] = cell.missing if value is None else number(path, value) * cell.scale
    if kind == "market_maker":
        quotes = len(params["quotes"])
        weights: Sequence[float] = params.get("weights") or (1.0,) * quotes
        row[cells.MAKER_QUOTES] = float(quotes)
        for n, weight in enumerate(weights):
            row[cells.MAKER_WEIGHT + n] = weight / sum(weights)
        row[cells.MAKER_PREMIUM] = float(bool(lookup(params, "reference.premium")))
    if kind == "market_maker" and not params.get("withdraw", {}).get("enabled", True):
        row[cells.MAKER_LOSS] = row[cells.MAKER_LEAVE] = cells.BASIS_NEVER
    if kind == "momentum":
        row[cells.MOM_SIDE] = SIDES[params["side"]]
    if kind == "custom":
        for n, value in enumerate(params["numbers"]):
            row[cells.NUMBERS + n] = number(f"numbers.{n}", value)
    return row


def legs(kind: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the instruments an agent acts on or watches, in the order of its legs; in hedge mode each twice, the long leg first."""
    names: list[str] = []
    for key in LEGS[kind]:
        value = params.get(key)
        if value is not None:
            names.extend((value,) if isinstance(value, str) else value)
    if is_hedge(params):
        return tuple(name for name in names for _ in ("long", "short"))
    return tuple(names)


def is_hedge(params: Mapping[str, Any]) -> bool:
    """Return whether accounts of a block hold a long and a short leg on each instrument."""
    return bool(params.get("position_mode") == "hedge")


def tags(kind: str, params: Mapping[str, Any]) -> int:
    """Return how many orders an agent can have under tags, >= 1."""
    if kind == "background":
        return int(2 * (params["orders"] + params["patient_orders"]))
    if kind == "market_maker":
        return int(2 * params["levels"] * len(params["quotes"]))
    if kind == "dip_buyer":
        return int(2 + params["ladder"]["orders"])
    if kind == "custom":
        return int(params["orders"])
    return 1


def endowment(kind: str, row: Sequence[float], spot: Sequence[bool]) -> list[tuple[float, float]]:
    """Return money brought and position held of each leg at the start, dollars; positions signed, at the start price.

    The money of a margin account is its equity: opening the position changes cash and cost, not equity. Money of legs that
    share an account adds up. Frightened holders own what their money is worth: coins, or a perpetual without leverage. Flow and arbitrage have half their money in a spot book as coins. A market maker keeps a quarter of its money where it
    hedges, and has coins on top of it: stock whose price is no profit or loss of its trading. A basis desk with a second short leg keeps a quarter of its collateral there.

    Parameters
    ----------
    kind : str
        Kind of agent.
    row : sequence of float
        Its parameters, see `fill`.
    spot : sequence of bool
        Whether each leg is a spot book.
    """
    capital = row[cells.CAPITAL]
    if kind == "basis_desk":
        short = capital * row[cells.BASIS_LEVERAGE]
        second = AT_SECOND_VENUE * capital if len(spot) > 2 else 0.0
        shorts = [(capital - second, -short), (second, 0.0)][: len(spot) - 1]
        # Who has a hurdle waits with the money to grow to its limit: what that money could earn meanwhile is part of the hurdle.
        grows = row[cells.BASIS_LIMIT] - 1.0 if row[cells.BASIS_HURDLE] < cells.BASIS_NEVER else 0.0
        return [((FOR_FEES + max(0.0, grows)) * short, short), *shorts]
    if kind in ("dip_buyer", "momentum", "speculator"):
        return [(capital, 0.0)]
    if kind == "panic":
        own = (FOR_FEES * capital if spot[0] else capital, capital)
        return [own, *[(0.0, 0.0)] * (len(spot) - 1)]
    part = capital / len(spot)
    if kind == "market_maker":
        return _maker_endowment(capital, int(row[cells.MAKER_QUOTES]), spot)
    return [(part / 2, part / 2) if is_spot else (part, 0.0) for is_spot in spot]


def _maker_endowment(
    capital: float, quotes: int, spot: Sequence[bool]
) -> list[tuple[float, float]]:
    # Legs: those it quotes, the hedge, the market it only watches.
    hedged = len(spot) > quotes
    quoted = capital * (0.75 if hedged else 1.0) / quotes
    money = [*[quoted] * quotes, 0.25 * capital, 0.0][: len(spot)]
    return [(usd, usd if is_spot else 0.0) for usd, is_spot in zip(money, spot, strict=True)]
