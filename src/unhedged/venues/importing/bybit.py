"""Bybit: ``GET /v5/market/risk-limit`` of linear contracts.

A row gives the end of a tier; the next begins there. Where the answer has no ``mmDeduction``, deductions are the ones that keep
maintenance continuous. Some answers print rates in per cent: ``initialMargin × maxLeverage`` tells.
"""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from unhedged.venues.importing.parts import AGAIN, Part, shown
from unhedged.venues.importing.schedule import (
    UNLISTED,
    Found,
    Grid,
    Schedule,
    Tier,
    check,
    deductions,
    pointing,
)
from unhedged.vocab.errors import InconsistentRules

TITLE = "Bybit risk-limit"

DOLLARS = ("USDT", "USDC", "PERP")
"""Endings of symbols whose notional is in dollars; …PERP is margined in USDC."""
ROUNDED = Decimal("0.05")
"""How far the product of initial margin and leverage, both printed rounded, may be from a whole."""

COLUMNS = {
    "floor": "riskLimitValue",
    "cap": "riskLimitValue",
    "maintenance": "maintenanceMargin",
    "initial": "initialMargin",
    "leverage": "maxLeverage",
    "deduct": "mmDeduction",
}


def read(top: Part, instruments: Part | None) -> Found:
    """Return the tiers of every symbol of the answer.

    Parameters
    ----------
    top : Part
        ``risk-limit``.
    instruments : Part or None
        ``instruments-info``, for tick and lot sizes.
    """
    grids = None if instruments is None else _grids(instruments)
    by_symbol: dict[str, list[Part]] = {}
    for row in _list(top, whole="risk-limit"):
        name = row.at("symbol").name()
        rows = by_symbol.setdefault(name, [])
        rows.append(Part(row.value, row.file, (name, "tiers", len(rows))))
    found = Found()
    for name, rows in by_symbol.items():
        grid = Grid() if grids is None else grids.get(name, UNLISTED)
        schedule = _schedule(name, rows, grid)
        if name.partition("-")[0].endswith(DOLLARS):
            found.add(schedule, rows[0])
        else:
            found.leave_out(name, "its notional is not in dollars", rows[0])
    return found


def _list(top: Part, *, whole: str) -> list[Part]:
    # The rows of a v5 answer that is no error, of linear contracts, and not one page of several.
    code = top.at("retCode")
    if code.number() != 0:
        words = shown(top.value.get("retMsg"))
        raise code.refuse(f"The venue answered with an error: {words}.", hint=AGAIN)
    result = top.at("result")
    category = result.maybe("category")
    if category is not None and category.text() != "linear":
        raise category.refuse(
            f"category is {shown(category.text())}: its limits are not in dollars.",
            hint="Ask with category=linear.",
        )
    cursor = result.maybe("nextPageCursor")
    if cursor is not None and cursor.text():
        raise cursor.refuse(
            f"The answer is one page of several: {whole} has more.",
            allowed="nextPageCursor of a whole answer is empty.",
            hint="Put the lists of all pages into one, or ask for one symbol.",
        )
    return list(result.at("list").items())


def _schedule(name: str, rows: list[Part], grid: Grid) -> Schedule:
    lowest = rows[0].maybe("isLowestRisk")
    if lowest is not None and lowest.number() != 1:
        raise lowest.refuse("The first tier is missing: isLowestRisk is not 1.", hint=AGAIN)
    ends = _ends(rows)
    floors = [Decimal(0), *ends[:-1]]
    percent = _in_percent(rows[0])
    rates = [_ppb(row.at("maintenanceMargin"), percent=percent) for row in rows]
    given = [_given(row) for row in rows]
    derived = all(amount is None for amount in given[1:])
    if not derived and any(amount is None for amount in given[1:]):
        n = given.index(None, 1)
        raise rows[n].refuse("mmDeduction is missing.", hint=AGAIN)
    deducts = deductions(floors, rates) if derived else [amount or Decimal(0) for amount in given]
    remarks = ["deductions derived"] * (derived and len(rows) > 1) + ["rates in per cent"] * percent
    schedule = Schedule(
        name=name,
        tiers=tuple(
            Tier(
                floor=floor,
                mm_ppb=rate,
                leverage=row.at("maxLeverage").number(),
                im_ppb=_ppb(row.at("initialMargin"), percent=percent),
                deduct=deduct,
            )
            for floor, rate, row, deduct in zip(floors, rates, rows, deducts, strict=True)
        ),
        largest=ends[-1],
        tick_size=grid.tick,
        lot_size=grid.lot,
        remark=", ".join(remarks),
        untraded=grid.untraded,
    )
    return check(schedule, pointing(rows, COLUMNS))


def _ends(rows: list[Part]) -> list[Decimal]:
    parts = [row.at("riskLimitValue") for row in rows]
    for low, high in pairwise(parts):
        if high.number() <= low.number():
            raise high.refuse(
                f"A tier ends at {shown(high.number())}, not above the one before ({shown(low.number())}).",
                kind=InconsistentRules,
            )
    return [part.number() for part in parts]


def _in_percent(row: Part) -> bool:
    # A lowest tier of 100x has an initial margin of 0.01, or of 1 where rates are in per cent.
    initial, leverage = row.at("initialMargin"), row.at("maxLeverage").number()
    product = initial.number() * leverage
    for whole, percent in ((1, False), (100, True)):
        if abs(product / whole - 1) <= ROUNDED:
            return percent
    raise initial.refuse(
        f"initialMargin × maxLeverage is {shown(product.normalize())}.",
        allowed="Expected 1, or 100 where rates are in per cent.",
        kind=InconsistentRules,
    )


def _ppb(part: Part, *, percent: bool) -> int:
    return replace(part, value=part.number() / 100).ppb() if percent else part.ppb()


def _given(row: Part) -> Decimal | None:
    part = row.maybe("mmDeduction")
    return None if part is None or part.value == "" else part.number()


def _grids(instruments: Part) -> dict[str, Grid]:
    return {
        entry.at("symbol").name(): Grid(
            tick=entry.at("priceFilter").at("tickSize").size(),
            lot=entry.at("lotSizeFilter").at("qtyStep").size(),
            untraded=entry.other_than("status", "Trading"),
        )
        for entry in _list(instruments, whole="instruments-info")
    }
