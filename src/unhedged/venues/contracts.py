"""A contract's terms from a rulebook and what was typed: tick, lot, face, mark, schedule."""

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from unhedged.rules.integer import MILLI
from unhedged.venues.legs import LegText, bounded
from unhedged.venues.margining import Contract
from unhedged.venues.requirement import schedule
from unhedged.venues.rulebook import Rulebook
from unhedged.venues.schedules import TierTable
from unhedged.vocab.errors import ScenarioError, UnknownKind
from unhedged.vocab.units import ATOMS_PER_COIN, ATOMS_PER_USD, parse_price

TICKS_OF_MARK = 6  # decades between a mark and an assumed tick
LOT_WORTH = 100  # an assumed lot is worth at most this many dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A contract and how its prices and sizes are written."""

    contract: Contract
    tick: Decimal
    lot: Decimal
    face: Decimal | None  # dollars a contract, inverse contracts only
    settlement: str
    atoms_per_unit: int
    largest: int | None  # highest notional the venue allows, atoms, where it states one

    def price(self, ticks: int | Fraction) -> Decimal:
        """Return a price from ticks; exact for thousandths of a tick."""
        scaled = Fraction(ticks) * Fraction(self.tick)
        return Decimal(scaled.numerator) / Decimal(scaled.denominator)

    def lots(self, size: Decimal) -> int:
        """Return a size in lots.

        Raises
        ------
        ScenarioError
            Not a whole number of lots.
        """
        count = Fraction(size) / Fraction(self.lot)
        if count.denominator != 1:
            raise ScenarioError(
                f"{size} is no whole number of lots of {self.lot}.",
                value=size,
                where=f"leg {self.contract.id}",
            )
        return count.numerator

    def cost(self, side: int, size: Decimal, entry: Decimal) -> int:
        """Return the signed entry cost, atoms, the size rounded down; of the coin owed, with its sign, when inverse."""
        if self.face is None:
            return side * int(Fraction(size) * Fraction(entry) * self.atoms_per_unit)
        coin = Fraction(size) * Fraction(self.face) / Fraction(entry)
        return -side * int(coin * self.atoms_per_unit)


def terms_of(
    legs: Sequence[LegText],
    book: Rulebook,
    marks: Mapping[str, Any],
    tiers: Mapping[str, str],
    ticks: Mapping[str, Any],
    lots: Mapping[str, Any],
    faces: Mapping[str, Any],
    assumed: MutableSequence[str],
) -> dict[str, Terms]:
    """Return the terms of every contract the legs name.

    Parameters
    ----------
    legs : sequence of LegText
        What was typed.
    book : Rulebook
        Tiers by contract; ``tick.<ID>`` and ``lot.<ID>`` where it states them.
    marks, ticks, lots, faces : mapping
        By contract, in place of entry and rulebook.
    tiers : mapping
        The rulebook's tier table a contract uses, where it does not bear its name.
    assumed : list of str
        Gets a sentence for everything that nobody stated.

    Raises
    ------
    ScenarioError
        A contract without tiers, or an option for a contract without a leg.
    """
    names = list(dict.fromkeys(leg.contract for leg in legs))
    for option, given in {
        "mark": marks, "tiers": tiers, "tick": ticks, "lot": lots, "face": faces
    }.items():  # fmt: skip
        for name in given:
            if name not in names:
                raise UnknownKind.of("leg", name, names, where=f"--{option}")
    return {
        name: _terms(
            name,
            [leg for leg in legs if leg.contract == name],
            book,
            marks.get(name),
            tiers.get(name, name),
            (ticks.get(name), lots.get(name), faces.get(name)),
            assumed,
        )
        for name in names
    }


def _terms(
    name: str,
    legs: Sequence[LegText],
    book: Rulebook,
    mark: Any,
    table: str,
    given: tuple[Any, Any, Any],
    assumed: MutableSequence[str],
) -> Terms:
    tiers = book.table(_text(table, name))
    if tiers is None:
        raise UnknownKind.of(
            "contract",
            table,
            book.tiers,
            where=book.id,
            hint=f"Another contract may borrow a table: --tiers {name}=TABLE.",
        )
    if mark is None:
        assumed.append(f"mark of {name} is its entry, {legs[0].entry:,f}")
    price = legs[0].entry if mark is None else bounded(parse_price(mark), f"mark {mark}")
    tick, lot, face = _grid(name, legs, book, price, given, assumed)
    atoms = ATOMS_PER_USD if face is None else ATOMS_PER_COIN
    scale = (
        Fraction(tick) * Fraction(lot) * atoms
        if face is None
        else Fraction(face) * Fraction(lot) * atoms / Fraction(tick)
    )
    coin = "" if face is None else _coin(name)
    return Terms(
        contract=Contract(
            id=name,
            num=scale.numerator,
            den=scale.denominator,
            mark_milli=max(1, round(Fraction(price) / Fraction(tick) * MILLI)),
            schedule=schedule(tiers, coin=coin, lot=Fraction(lot), atoms_per_unit=atoms),
            inverse=face is not None,
        ),
        tick=tick,
        lot=lot,
        face=face,
        settlement=coin or "$",
        atoms_per_unit=atoms,
        largest=_largest(tiers, coin or "USD", atoms),
    )


def _largest(tiers: TierTable, unit: str, atoms_per_unit: int) -> int | None:
    if tiers.largest is None or tiers.unit.replace("XBT", "BTC") != unit.replace("XBT", "BTC"):
        return None
    return round(tiers.largest * atoms_per_unit)


def _text(table: Any, name: str) -> str:
    if not isinstance(table, str):
        raise ScenarioError(
            f"{table!r} is no table of tiers.", value=table, where=f"tiers of {name}"
        )
    return table


def _grid(
    name: str,
    legs: Sequence[LegText],
    book: Rulebook,
    price: Decimal,
    given: tuple[Any, Any, Any],
    assumed: MutableSequence[str],
) -> tuple[Decimal, Decimal, Decimal | None]:
    # Tick, lot and face value: what was typed, else the rulebook's, else assumed and said so; no face value is linear.
    tick, lot, face = (
        None if value is None else parse_price(value)
        for value in (
            own if own is not None else book.value(path)
            for own, path in zip(given, (f"tick.{name}", f"lot.{name}", ""), strict=True)
        )
    )
    if tick is None:
        tick = min(_decade(price, TICKS_OF_MARK), *(_finest(p) for p in (price, legs[0].entry)))
        assumed.append(f"tick of {name} is {tick:f}")
    if lot is None:
        lot = Decimal(1)
        if face is None:
            sizes = (_finest(leg.size) for leg in legs)
            lot = min(_decade(LOT_WORTH / price, 0), *sizes)
        assumed.append(f"lot of {name} is {lot:f}")
    return tick, lot, face


def _decade(number: Decimal, below: int) -> Decimal:
    # The power of ten ``below`` decades under the one that leads ``number``.
    return Decimal(1).scaleb(number.adjusted() - below)


def _finest(number: Decimal) -> Decimal:
    # The last decimal place a number was written with; whole numbers say nothing finer than one.
    exponent = number.normalize().as_tuple().exponent
    return Decimal(1).scaleb(min(0, int(exponent)))


def _coin(name: str) -> str:
    # BTCUSD, BTC-PERP, BTCUSD_PERP: the letters before the quote or the first mark.
    letters = name.replace("-", "_").partition("_")[0]
    for quote in ("USDT", "USDC", "USD"):
        letters = letters.removesuffix(quote)
    return letters or name
