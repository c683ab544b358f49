"""Margin schedules as the plan holds them: brackets in money or in lots, and slopes."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from unhedged.scenario.plan import TierPlan
from unhedged.scenario.spec import Instrument
from unhedged.scenario.tiers import Tier, brackets_of
from unhedged.venues.rulebook import Rulebook
from unhedged.venues.schedules import TierTable
from unhedged.vocab.enums import TierForm
from unhedged.vocab.units import ATOMS_PER_COIN, ATOMS_PER_USD, PPB, parse_rate

MONEY = "USD"
"""Unit of floors in money; another unit is the contract's own coin, whatever it is called."""
CONTRACTS = "contracts"
"""Unit of floors that count contracts of a stated size."""


def schedule_of(instrument: Instrument, book: Rulebook, mark: Fraction) -> dict[str, Any]:
    """Return the fields of an `InstrumentPlan` that hold its margin schedule.

    ``mark`` is the mark at the start, dollars: at it floors of an inverse contract that are written in coin become dollars, and
    the engine's atoms again, unchanged.
    """
    fee = 0
    if book.value("liquidation.fee_in_ratio", False):
        fee = parse_rate(book.value("liquidation.fee", "0%"))
    plain = {"tier_form": TierForm.NOTIONAL, "slope_ppb": 0, "slope_lots": 1, "close_out_ppb": 0}
    if not isinstance(instrument.tiers, str):
        return {**plain, "tiers": tuple(_own(brackets_of(instrument.tiers), fee))}
    table = book.table(instrument.tiers)
    if table is None:
        return {**plain, "tiers": ()}
    if "close_out" in table.also:
        plain["close_out_ppb"] = parse_rate(table.also["close_out"])
    if table.form == "slope":
        return {**plain, **_slope(table, Fraction(instrument.lot_size), fee)}
    if table.form == "risk_limit_steps":
        coins = table.unit != MONEY
        if instrument.kind == "inverse":
            steps = _steps(table, None, fee, mark if coins else Fraction(1), mark / ATOMS_PER_COIN)
            return {**plain, "tiers": tuple(steps)}
        lot = Fraction(instrument.lot_size) if coins else None
        form = TierForm.SIZE if coins else TierForm.NOTIONAL
        return {**plain, "tier_form": form, "tiers": tuple(_steps(table, lot, fee))}
    lots = None
    if table.unit == CONTRACTS:
        plain["tier_form"] = TierForm.SIZE
        lots = Fraction(table.contract) / Fraction(instrument.lot_size)
    return {**plain, "tiers": tuple(_brackets(table, lots, fee))}


def _brackets(table: TierTable, lots: Fraction | None, fee: int) -> Iterator[TierPlan]:
    # The largest size of a tier still belongs to it, so the next begins one lot above; `lots` is lots in a contract.
    for bracket in table.brackets:
        by_size = lots is not None and bracket.floor > 0
        yield TierPlan(
            floor_usd=0.0 if lots is not None else bracket.floor,
            floor_lots=int(Fraction(bracket.floor) * lots) + 1 if lots and by_size else 0,
            mm_ppb=parse_rate(bracket.maintenance) + fee,
            im_ppb=bracket.initial_ppb,
            deduct_usd=0.0 if lots is not None else bracket.deduct,
        )


def _own(tiers: tuple[Tier, ...], fee: int) -> Iterator[TierPlan]:
    deduct = Fraction(0)  # continuity: deduct grows by floor * (rate - rate below)
    for n, tier in enumerate(tiers):
        below = tiers[n - 1].maintenance if n else tier.maintenance
        deduct += Fraction(tier.above) * (tier.maintenance - below) / PPB
        yield TierPlan(
            floor_usd=tier.above,
            floor_lots=0,
            mm_ppb=tier.maintenance + fee,
            im_ppb=tier.initial,
            deduct_usd=float(deduct) if tier.deduct is None else tier.deduct,
        )


def _slope(table: TierTable, lot: Fraction, fee: int) -> dict[str, Any]:
    # rate + per_unit * lots * lot: the fraction of a lot goes into numerator and denominator, so nothing is rounded.
    terms = table.terms
    only = TierPlan(
        floor_usd=0.0,
        floor_lots=0,
        mm_ppb=parse_rate(terms["maintenance"]) + fee,
        im_ppb=parse_rate(terms["initial"]),
        deduct_usd=0.0,
    )
    return {
        "tier_form": TierForm.SLOPE,
        "tiers": (only,),
        "slope_ppb": parse_rate(terms["per_unit"]) * lot.numerator,
        "slope_lots": lot.denominator,
    }


def _steps(
    table: TierTable,
    lot: Fraction | None,
    fee: int,
    unit: Fraction = Fraction(1),
    atom: Fraction = Fraction(1, ATOMS_PER_USD),
) -> Iterator[TierPlan]:
    # A value equal to a limit still fits under it, so a step's floor is one lot, or one atom, above. ``unit`` and ``atom`` are
    # dollars: of the unit the table is written in, and of the atom money is counted in.
    terms = table.terms
    initial, grows = parse_rate(terms["initial"]), parse_rate(terms["increment"])
    maintenance = parse_rate(terms["maintenance"]) + fee
    for n in range((PPB - initial) // grows + 1):
        limit = Fraction(terms["base"]) + (n - 1) * Fraction(terms["step"])
        yield TierPlan(
            floor_usd=float(limit * unit + atom) if n and lot is None else 0.0,
            floor_lots=int(limit / lot) + 1 if n and lot is not None else 0,
            mm_ppb=maintenance + n * grows,
            im_ppb=initial + n * grows,
            deduct_usd=0.0,
        )
