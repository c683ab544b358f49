"""Binance USD-M: ``GET /fapi/v1/leverageBracket``, as the venue answers it or as ccxt's ``fetch_leverage_tiers`` keeps it.

Deductions are the venue's own (``cum``) and must keep maintenance continuous. Symbols are called as the venue calls them:
``BTC/USDT:USDT`` becomes ``BTCUSDT``, a delivery ``BTC/USDT:USDT-260925`` becomes ``BTCUSDT_260925``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from unhedged.venues.importing.parts import AGAIN, Part, checked_name, shown
from unhedged.venues.importing.schedule import (
    UNLISTED,
    Found,
    Grid,
    Schedule,
    Tier,
    check,
    initial_ppb,
    pointing,
)
from unhedged.vocab.errors import InconsistentRules
from unhedged.vocab.units import INT64_MAX

TITLE = "Binance USD-M leverageBracket"

DOLLARS = ("USDT", "USDC", "BUSD", "FDUSD", "USD1", "USD", "U")
"""Currencies whose notional counts as dollars, longest endings first."""
NO_CAP = INT64_MAX
"""What the venue writes where a last bracket has no end."""
NO_CAP_ROUNDED = 9_223_372_036_854_776_000
"""The same after a program that reads numbers as doubles."""

COLUMNS = {
    "floor": "notionalFloor",
    "cap": "notionalCap",
    "maintenance": "maintMarginRatio",
    "leverage": "initialLeverage",
    "deduct": "cum",
}
UNIFIED = {
    "minNotional": "notionalFloor",
    "maxNotional": "notionalCap",
    "maintenanceMarginRate": "maintMarginRatio",
    "maxLeverage": "initialLeverage",
}
"""ccxt's columns and the venue's that they repeat."""

_CCXT = re.compile(r"([^/:]+)/([^/:]+):([^/:-]+)(?:-(\d{6}))?")
_DELIVERY = re.compile(r"_\d{6}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Symbol:
    name: str
    quote: str  # currency of the notional, as far as the answer says it
    part: Part  # where it stands
    rows: list[Part]  # its brackets in the venue's columns
    unified: list[Part]  # the same in ccxt's columns, if any
    remark: str = ""


def read(top: Part, instruments: Part | None) -> Found:
    """Return the tiers of every symbol of the answer, and of which the notional is not in dollars.

    Parameters
    ----------
    top : Part
        ``leverageBracket``.
    instruments : Part or None
        ``exchangeInfo``, for tick and lot sizes.
    """
    grids = None if instruments is None else _grids(instruments)
    found = Found()
    for symbol in _symbols(top):
        grid = Grid() if grids is None else grids.get(symbol.name, UNLISTED)
        schedule = _schedule(symbol, grid)
        if symbol.quote in DOLLARS:
            found.add(schedule, symbol.part)
        else:
            where = f"in {symbol.quote}, " if symbol.quote else ""
            found.leave_out(symbol.name, f"its notional is {where}not in dollars", symbol.part)
    return found


def _symbols(top: Part) -> Iterator[_Symbol]:
    if isinstance(top.value, dict) and "brackets" not in top.value:
        if "code" in top.value:
            words = shown(top.value.get("msg"))
            raise top.refuse(f"The venue answered with an error: {words}.", hint=AGAIN)
        for key, part in top.pairs():
            yield _ccxt(checked_name(top, key), part)
        return
    entries = [top] if isinstance(top.value, dict) else top.items()
    for entry in entries:
        name = entry.at("symbol").name()
        own = entry.named(name)
        factor = own.maybe("notionalCoef")
        remark = f"of an account with notionalCoef {factor.number()}" if factor is not None else ""
        rows = list(own.at("brackets").items())
        yield _Symbol(
            name=name, quote=_quote(name), part=entry, rows=rows, unified=[], remark=remark
        )


def _quote(name: str) -> str:
    base = _DELIVERY.sub("", name)
    ends = [quote for quote in DOLLARS if base.endswith(quote) and base != quote]
    return ends[0] if ends else ""


def _ccxt(key: str, part: Part) -> _Symbol:
    match = _CCXT.fullmatch(key)
    if match is None:
        raise part.refuse(
            f"{shown(key)} is not a symbol.",
            allowed='Expected leverageBracket: [{"symbol": …, "brackets": […]}], or ccxt\'s '
            '{"BTC/USDT:USDT": […]}.',
        )
    base, quote, settle, delivery = match.groups()
    name = f"{base}{quote}_{delivery}" if delivery else f"{base}{quote}"
    unified = list(part.items())
    rows = [row.at("info") for row in unified]
    return _Symbol(name=name, quote=settle, part=part, rows=rows, unified=unified)


def _schedule(symbol: _Symbol, grid: Grid) -> Schedule:
    rows = symbol.rows
    numbers = {
        column: [row.at(column).number() for row in rows] for column in (*UNIFIED.values(), "cum")
    }
    _agree(symbol, numbers)
    floors, caps = numbers["notionalFloor"], numbers["notionalCap"]
    for n, (end, start) in enumerate(zip(caps, floors[1:], strict=False), 1):
        if end != start:
            word = "leave a gap" if end < start else "overlap"
            raise (
                rows[n]
                .at("notionalFloor")
                .refuse(
                    f"Brackets {word}: one ends at {end}, the next begins at {start}.",
                    kind=InconsistentRules,
                )
            )
    tiers = tuple(
        Tier(
            floor=floor,
            mm_ppb=row.at("maintMarginRatio").ppb(),
            leverage=leverage,
            im_ppb=initial_ppb(leverage),
            deduct=deduct,
        )
        for row, floor, leverage, deduct in zip(
            rows, floors, numbers["initialLeverage"], numbers["cum"], strict=True
        )
    )
    if caps[-1] > NO_CAP_ROUNDED:
        raise (
            rows[-1]
            .at("notionalCap")
            .refuse(
                f"The last bracket ends at {caps[-1]:.3g}.",
                allowed=f"Expected at most {NO_CAP}, which stands for no end.",
            )
        )
    schedule = Schedule(
        name=symbol.name,
        tiers=tiers,
        largest=None if caps[-1] >= NO_CAP else caps[-1],
        tick_size=grid.tick,
        lot_size=grid.lot,
        remark=symbol.remark,
        untraded=grid.untraded,
    )
    return check(schedule, pointing(rows, COLUMNS))


def _agree(symbol: _Symbol, numbers: dict[str, list[Decimal]]) -> None:
    # ccxt says most columns twice; a file edited by hand may not. Beyond the largest integer both mean no end.
    for n, row in enumerate(symbol.unified):
        for unified, column in UNIFIED.items():
            part = row.at(unified)
            ours, theirs = part.number(), numbers[column][n]
            if ours != theirs and min(ours, theirs) < NO_CAP:
                raise part.refuse(
                    f"{unified} is {ours} and info › {column} is {theirs}.", kind=InconsistentRules
                )


def _grids(instruments: Part) -> dict[str, Grid]:
    # Tick and lot size of each symbol of exchangeInfo, and whether it is traded.
    grids = {}
    for entry in instruments.at("symbols").items():
        name = entry.at("symbol").name()
        filters = {part.at("filterType").text(): part for part in entry.at("filters").items()}
        if "PRICE_FILTER" not in filters or "LOT_SIZE" not in filters:
            raise entry.named(name).at("filters").refuse("PRICE_FILTER or LOT_SIZE is missing.")
        grids[name] = Grid(
            tick=filters["PRICE_FILTER"].at("tickSize").size(),
            lot=filters["LOT_SIZE"].at("stepSize").size(),
            untraded=entry.named(name).other_than("status", "TRADING"),
        )
    return grids
