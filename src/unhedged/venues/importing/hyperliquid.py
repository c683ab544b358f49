"""Hyperliquid: ``meta`` or ``metaAndAssetCtxs``, with margin tables.

A margin table gives the highest leverage from each notional on; maintenance is half of the initial rate there, and the deduction
makes it continuous. A table id below 50 that is not listed is one tier with that leverage. Prices have at most
``6 - szDecimals`` decimals; the limit on significant figures is the rulebook's.

Source: Hyperliquid docs, margining, margin tiers, tick and lot size.
"""

from decimal import Decimal

from unhedged.venues.importing.parts import AGAIN, Part, shown
from unhedged.venues.importing.schedule import (
    HIGHEST_LEVERAGE,
    Found,
    Schedule,
    Tier,
    check,
    deductions,
    initial_ppb,
    pointing,
)
from unhedged.vocab.errors import InconsistentRules, ScenarioError
from unhedged.vocab.units import PPB

TITLE = "Hyperliquid meta with margin tables"

PRICE_DECIMALS = 6
FIRST_LISTED = 50
"""Ids from here on are tables of their own; below, the id is the leverage."""
USDC = 0
"""``collateralToken`` of markets margined in dollars."""

COLUMNS = {"floor": "lowerBound", "leverage": "maxLeverage", "maintenance": "maxLeverage"}


def read(top: Part, instruments: Part | None) -> Found:
    """Return the tiers, tick and lot size of every coin of the answer."""
    if instruments is not None:
        raise instruments.refuse("meta holds tick and lot sizes itself.", hint="Leave it out.")
    meta = _meta(top)
    universe = meta.at("universe")
    tables = _tables(meta)
    token = meta.maybe("collateralToken")
    found = Found()
    for coin in universe.items():
        name = coin.at("name").name()
        own = coin.named(name)
        schedule = _schedule(name, own, tables)
        if token is None or token.number() == USDC:
            found.add(schedule, own)
        else:
            found.leave_out(name, f"its margin is in token {token.number()}, not in USDC", own)
    return found


def _meta(top: Part) -> Part:
    # The answer itself, or the first of the pair with contexts; a list of several metas is another question's answer.
    if not isinstance(top.value, list):
        return top
    parts = list(top.items())
    if len(parts) > 2 or (len(parts) == 2 and not isinstance(parts[1].value, list)):
        raise top.refuse(
            "It is a list of several answers.",
            allowed="Expected meta, {universe, marginTables}, or metaAndAssetCtxs, [meta, […]].",
            hint="Save the one you mean.",
        )
    return parts[0]


def _tables(meta: Part) -> dict[Decimal, Part]:
    tables: dict[Decimal, Part] = {}
    for entry in meta.at("marginTables").items():
        pair = list(entry.items())
        if len(pair) != 2:
            raise entry.refuse("It is not a pair.", allowed="Expected [id, {marginTiers: […]}].")
        number = pair[0].number()
        if number in tables:
            raise entry.refuse(f"Margin table {number} is there twice.", kind=InconsistentRules)
        tables[number] = pair[1].at("marginTiers")
    return tables


def _schedule(name: str, coin: Part, tables: dict[Decimal, Part]) -> Schedule:
    rows = _rows(coin, tables)
    floors = [Decimal(0) if row is coin else row.at("lowerBound").number() for row in rows]
    leverages = [row.at("maxLeverage") for row in rows]
    rates = [_maintenance(part) for part in leverages]
    if coin.at("maxLeverage").number() != leverages[0].number():
        raise coin.at("maxLeverage").refuse(
            f"maxLeverage is {coin.at('maxLeverage').number()}; its margin table begins with "
            f"{leverages[0].number()}.",
            kind=InconsistentRules,
        )
    tiers = tuple(
        Tier(
            floor=floor,
            mm_ppb=rate,
            leverage=leverage.number(),
            im_ppb=initial_ppb(leverage.number()),
            deduct=deduct,
        )
        for floor, rate, leverage, deduct in zip(
            floors, rates, leverages, deductions(floors, rates), strict=True
        )
    )
    decimals = _decimals(coin.at("szDecimals"))
    schedule = Schedule(
        name=name,
        tiers=tiers,
        tick_size=Decimal(1).scaleb(decimals - PRICE_DECIMALS),
        lot_size=Decimal(1).scaleb(-decimals),
        untraded="delisted" if _delisted(coin) else "",
    )
    return check(schedule, pointing(rows, COLUMNS))


def _delisted(coin: Part) -> bool:
    part = coin.maybe("isDelisted")
    if part is not None and not isinstance(part.value, bool):
        raise part.refuse(f"isDelisted is {shown(part.value)}.", allowed="Expected true or false.")
    return part is not None and part.value


def _rows(coin: Part, tables: dict[Decimal, Part]) -> list[Part]:
    # The tiers of a coin's table; the coin itself stands for a table of one tier.
    part = coin.at("marginTableId")
    number = part.number()
    if number in tables:
        return list(tables[number].items())
    if not 1 <= number < FIRST_LISTED:
        raise part.refuse(
            f"There is no margin table {shown(number)}.",
            allowed=f"Listed: {', '.join(str(n) for n in tables)}; below {FIRST_LISTED} the id is the leverage.",
            hint=AGAIN,
        )
    if coin.at("maxLeverage").number() != number:
        raise part.refuse(
            f"Margin table {number} means {number}× and maxLeverage is "
            f"{shown(coin.at('maxLeverage').number())}.",
            kind=InconsistentRules,
        )
    return [coin]


def _maintenance(leverage: Part) -> int:
    value = leverage.number()
    if value != value.to_integral_value() or not 1 <= value <= HIGHEST_LEVERAGE:
        raise leverage.refuse(
            f"{shown(value)} is not a leverage.",
            allowed=f"Expected a whole number from 1 to {HIGHEST_LEVERAGE}.",
            kind=ScenarioError,
        )
    return int(PPB // (2 * int(value)))


def _decimals(part: Part) -> int:
    value = part.number()
    if value != value.to_integral_value() or not 0 <= value <= PRICE_DECIMALS:
        raise part.refuse(
            f"{shown(value)} is not a number of decimals.",
            allowed=f"Expected a whole number from 0 to {PRICE_DECIMALS}.",
        )
    return int(value)
