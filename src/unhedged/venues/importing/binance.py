"""Binance USD-M: ``GET /fapi/v1/leverageBracket``, as the venue answers it or as ccxt's ``fetch_leverage_tiers`` keeps it.

Deductions are the venue's own (``cum``) and must keep maintenance continuous. Symbols are called as the venue calls them:
``BTC/USDT:USDT`` becomes ``BTCUSDT``, a delivery ``BTC/USDT:USDT-260925`` becomes ``BTCUSDT_260925``.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from unhedged.venues.importing.parts import AGAIN, Part, checked_name, shown
from unhedged.venues.importing.schedule import Found, Schedule, Tier, check, initial_ppb, pointing
from unhedged.vocab.errors import InconsistentRules
from unhedged.vocab.units import INT64_MAX

TITLE = "Binance USD-M leverageBracket"

DOLLARS = ("USDT", "USDC", "BUSD", "FDUSD", "USD1", "USD", "U")
"""Currencies whose notional counts as dollars, longest endings first."""
NO_CAP = INT64_MAX
"""What the venue writes where a last bracket has no end."""

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


def read(top: Part, instruments: Part | None) -> Found:
    """Return the tiers of every symbol of the answer, and of which the notional is not in dollars.

    Parameters
    ----------
    top : Part
        ``leverageBracket``.
    instruments : Part or None
        ``exchangeInfo``, for tick and lot sizes.
    """
    grids = _grids(instruments) if instruments is not None else {}
    found = Found()
    for name, quote, part, rows, remark in _symbols(top):
        schedule = _schedule(name, rows, remark, grids.get(name))
        if quote in DOLLARS:
            found.add(schedule, part)
        else:
            where = f"in {quote}, " if quote else ""
            found.leave_out(name, f"its notional is {where}not in dollars", part)
    return found


def _symbols(top: Part) -> Iterator[tuple[str, str, Part, list[Part], str]]:
    # Name, currency of the notional as far as the answer says it, where the symbol stands, its brackets, remark.
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
        rows = [
            Part(row.value, row.file, (name, *row.steps[-2:])) for row in own.at("brackets").items()
        ]
        yield name, _quote(name), entry, rows, remark


def _quote(name: str) -> str:
    base = _DELIVERY.sub("", name)
    ends = [quote for quote in DOLLARS if base.endswith(quote) and base != quote]
    return ends[0] if ends else ""


def _ccxt(key: str, part: Part) -> tuple[str, str, Part, list[Part], str]:
    match = _CCXT.fullmatch(key)
    if match is None:
        raise part.refuse(
            f"{shown(key)} is not a symbol.",
            allowed='Expected leverageBracket: [{"symbol": …, "brackets": […]}], or ccxt\'s '
            '{"BTC/USDT:USDT": […]}.',
        )
    base, quote, settle, delivery = match.groups()
    rows = list(part.items())
    for row in rows:
        for unified, column in UNIFIED.items():
            ours, theirs = row.at(unified).number(), row.at("info").at(column).number()
            if ours != theirs and min(ours, theirs) < NO_CAP:
                raise row.at(unified).refuse(
                    f"{unified} is {ours} and info › {column} is {theirs}.", kind=InconsistentRules
                )
    name = f"{base}{quote}_{delivery}" if delivery else f"{base}{quote}"
    return name, settle, part, [row.at("info") for row in rows], ""


def _schedule(
    name: str, rows: list[Part], remark: str, grid: tuple[Decimal, Decimal] | None
) -> Schedule:
    tiers = []
    for row in rows:
        leverage = row.at("initialLeverage").number()
        tiers.append(
            Tier(
                floor=row.at("notionalFloor").number(),
                mm_ppb=row.at("maintMarginRatio").ppb(),
                leverage=leverage,
                im_ppb=initial_ppb(leverage),
                deduct=row.at("cum").number(),
            )
        )
    for low, high in pairwise(rows):
        end, start = low.at("notionalCap").number(), high.at("notionalFloor")
        if end != start.number():
            word = "leave a gap" if end < start.number() else "overlap"
            raise start.refuse(
                f"Brackets {word}: one ends at {end}, the next begins at {start.number()}.",
                kind=InconsistentRules,
            )
    cap = rows[-1].at("notionalCap").number()
    schedule = Schedule(
        name=name,
        tiers=tuple(tiers),
        largest=None if cap >= NO_CAP else cap,
        tick_size=grid and grid[0],
        lot_size=grid and grid[1],
        remark=remark,
    )
    return check(schedule, pointing(rows, COLUMNS))


def _grids(instruments: Part) -> dict[str, tuple[Decimal, Decimal]]:
    # Tick and lot size of each symbol of exchangeInfo.
    grids = {}
    for entry in instruments.at("symbols").items():
        name = entry.at("symbol").name()
        filters = {part.at("filterType").text(): part for part in entry.at("filters").items()}
        if "PRICE_FILTER" not in filters or "LOT_SIZE" not in filters:
            raise entry.named(name).at("filters").refuse("PRICE_FILTER or LOT_SIZE is missing.")
        grids[name] = (
            filters["PRICE_FILTER"].at("tickSize").size(),
            filters["LOT_SIZE"].at("stepSize").size(),
        )
    return grids
