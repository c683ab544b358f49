"""What a venue's ladder does first with an account that is short of margin.

Each step a rulebook may list is one function: it returns what it would do now, or None when it has nothing to do yet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from unhedged.rules.dydx import fillable_quote_dydx
from unhedged.rules.fees import fee
from unhedged.rules.hedge import netting_qty
from unhedged.rules.integer import MILLI, PPB, mul_div_floor
from unhedged.rules.liquidation import bankruptcy_px, is_backstop
from unhedged.rules.liquidation_size import reduce_to_tier_qty, restoring_qty, slice_or_all_qty
from unhedged.venues.margining import Account, Leg
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.units import parse_money, parse_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The first step that touches a position."""

    leg: Leg
    qty: int  # lots to close, or handed over
    limit_px: int | None  # ticks; None at market
    what: str  # order, all, net, takeover or vault
    why: str
    due: int = 0  # liquidation fee if filled at mark, atoms
    fee: int = 0  # what of it is charged: never more than the equity left
    cancels: bool = False  # open orders are cancelled before it


def first_step(account: Account, book: Rulebook) -> Step | None:
    """Return the first step of a rulebook's ladder that does something with an account, at its present marks.

    Parameters
    ----------
    account : Account
        With at least one leg; taken to be short of margin.
    book : Rulebook
        Gives ``liquidation.steps`` and their parameters.

    Returns
    -------
    Step or None
        None where the rulebook lists no step that is described here.
    """
    cancels = False
    for name in book.value("liquidation.steps", ()):
        cancels = cancels or name == "cancel_orders"
        describe = STEPS.get(name)
        found = None if describe is None else describe(account, book)
        if found is not None:
            rate = parse_rate(book.value("liquidation.fee", "0%"))
            closes = found.what in ("order", "all")
            due = fee(abs(found.leg.contract.value(found.qty)), rate) if closes else 0
            return replace(found, cancels=cancels, due=due, fee=min(due, max(0, account.equity())))
    return None


def worst(account: Account) -> Leg:
    """Return the leg liquidated first: largest loss, then largest value, then the first written."""
    return min(account.legs, key=lambda leg: (leg.unrealised, -leg.notional))


def _limit(account: Account, leg: Leg) -> int | None:
    milli = account.bankruptcy(leg)
    return None if milli is None else max(1, bankruptcy_px(leg.pos, milli))


def _net_hedged_legs(account: Account, _book: Rulebook) -> Step | None:
    for leg in account.legs:
        for other in account.legs:
            if leg.contract.id == other.contract.id and leg.pos > 0 > other.pos:
                qty = netting_qty(leg.pos, -other.pos)
                return Step(leg=leg, qty=qty, limit_px=None, what="net", why="hedged legs go first")
    return None


def _ioc_at_bankruptcy(account: Account, book: Rulebook) -> Step:
    leg = worst(account)
    qty = smallest_close(account, leg, parse_rate(book.value("liquidation.fee", "0%")))
    whole = qty == abs(leg.pos)
    return Step(
        leg=leg,
        qty=qty,
        limit_px=_limit(account, leg),
        what="order",
        why="largest loss; the whole leg, no smaller close restores the margin"
        if whole
        else "largest loss; the smallest close that restores the margin in a lower tier",
    )


def smallest_close(account: Account, leg: Leg, fee_ppb: int) -> int:
    """Return the smallest close at mark that restores the margin in a lower tier, or everything.

    Parameters
    ----------
    account : Account
        Short of margin.
    leg : Leg
        One of its legs.
    fee_ppb : int
        Liquidation fee on the amount closed, ppb.

    Returns
    -------
    int
        Lots, 1..|pos|. Everything for an inverse contract, a schedule that is not marginal, and in the first tier.
    """
    kind, pos = leg.contract, leg.pos
    if kind.inverse or kind.schedule.form != "marginal":
        return abs(pos)
    free = account.equity() - account.maintenance() + account.trigger.needed(leg)
    end = kind.schedule.tier(leg.notional).floor
    for low in kind.schedule.below(leg.notional):
        to_tier = reduce_to_tier_qty(pos, kind.mark_milli, end, kind.num, kind.den)
        to_margin = restoring_qty(
            pos, free, kind.mark_milli, low.mm_ppb, low.deduct, fee_ppb, kind.num, kind.den
        )
        qty = max(to_tier, to_margin)
        left = free - fee(kind.value(qty), fee_ppb)
        if qty < abs(pos) and left >= kind.schedule.maintenance(kind.value(abs(pos) - qty)):
            return qty
        end = low.floor
    return abs(pos)


def _orders_on_all_legs(account: Account, book: Rulebook) -> Step:
    leg = worst(account)
    pause = book.value("liquidation.leg_pause")
    return Step(
        leg=leg,
        qty=abs(leg.pos),
        limit_px=_limit(account, leg),
        what="all",
        why=f"orders on every leg at once, this one has the largest loss; what expires waits {pause}",
    )


def _drop_tiers(account: Account, book: Rulebook) -> Step | None:
    # A position in a high enough tier is cut to a lower one; in the lowest tiers the venue takes over at once.
    leg = worst(account)
    ends = leg.contract.schedule.ends(leg.notional)
    first = leg.contract.schedule.tiers[0].mm_ppb + account.trigger.fee_ppb
    short = account.equity() <= mul_div_floor(leg.notional, first, PPB)
    if short and book.value("liquidation.partial_above") is not None:
        return None  # below what the first tier would ask, nothing is saved by a lower one
    at_once = int(book.value("liquidation.tiers_at_once", 1))
    if len(ends) + 1 < int(book.value("liquidation.partial_from_tier", at_once + 1)):
        return None
    words = "one tier" if at_once == 1 else f"{at_once} tiers"
    return _cut(account, leg, ends[min(at_once, len(ends)) - 1], f"largest loss; down {words}")


def _reduce_to_lowest_tier(account: Account, _book: Rulebook) -> Step | None:
    leg = worst(account)
    ends = leg.contract.schedule.ends(leg.notional)
    return _cut(account, leg, ends[-1], "largest loss; down to the lowest tier") if ends else None


def _cut(account: Account, leg: Leg, end: int, why: str) -> Step:
    # The fewest lots that leave a notional below ``end``.
    kind, pos = leg.contract, leg.pos
    if kind.inverse:
        keep = (end - 1) * kind.den * kind.mark_milli // (kind.num * MILLI)
        qty = max(0, abs(pos) - keep)
    else:
        qty = reduce_to_tier_qty(pos, kind.mark_milli, end, kind.num, kind.den)
    return Step(leg=leg, qty=qty, limit_px=_limit(account, leg), what="order", why=why)


def _slice_with_cooldown(account: Account, book: Rulebook) -> Step | None:
    leg = worst(account)
    share = parse_rate(book.value("liquidation.backstop", "0%"))
    if is_backstop(account.equity(), account.maintenance(), share):
        return None
    above = parse_money(book.value("liquidation.slice_above", "$0"))
    part = book.value("liquidation.slice", "100%")
    qty = slice_or_all_qty(leg.pos, leg.notional, above, parse_rate(part), 0)
    pause = book.value("liquidation.cooldown")
    why = "all of it" if qty == abs(leg.pos) else f"{part} of it, then a pause of {pause}"
    return Step(leg=leg, qty=qty, limit_px=None, what="order", why=f"largest loss; {why}")


def _incremental_rounds(account: Account, book: Rulebook) -> Step:
    leg = worst(account)
    size = parse_money(book.value("liquidation.round_size", "$0"))
    one = max(1, abs(leg.contract.value(1)))
    qty = min(abs(leg.pos), max(1, size // one))
    pace = book.value("liquidation.round_interval")
    return Step(
        leg=leg,
        qty=qty,
        limit_px=None,
        what="order",
        why=f"one round in {pace} until margin suffices",
    )


def _ioc_at_fillable_price(account: Account, book: Rulebook) -> Step:
    leg = account.legs[0]
    kind = leg.contract
    factors = [
        round(book.value(f"liquidation.{name}") * PPB)
        for name in ("shortfall_factor", "spread_factor")
    ]
    quote = fillable_quote_dydx(
        kind.value(leg.pos),
        account.equity(),
        max(1, account.maintenance()),
        account.trigger.needed(leg),
        *factors,
    )
    part = mul_div_floor(leg.notional, parse_rate(book.value("liquidation.portion")), PPB)
    most = min(
        max(parse_money(book.value("liquidation.least_notional")), part),
        parse_money(book.value("liquidation.block_notional")),
    )
    one = max(1, kind.value(1))
    qty = abs(leg.pos) if leg.notional <= most else max(1, most // one)
    return Step(
        leg=leg,
        qty=qty,
        limit_px=_whole(leg, Fraction(quote * kind.den, leg.pos * kind.num)),
        what="order",
        why="a random leg is first; the limit worsens with the shortfall",
    )


def _ioc_at_zero_price(account: Account, _book: Rulebook) -> Step:
    # The limit that leaves the margin ratio unchanged: mark * (1 - side * rate * equity / maintenance).
    leg = worst(account)
    kind = leg.contract
    rate = Fraction(kind.schedule.tier(leg.notional, abs(leg.pos)).mm_ppb, PPB)
    side = 1 if leg.pos > 0 else -1
    share = side * rate * Fraction(account.equity(), max(1, account.maintenance()))
    return Step(
        leg=leg,
        qty=abs(leg.pos),
        limit_px=_whole(leg, Fraction(kind.mark_milli, MILLI) * (1 - share)),
        what="order",
        why="largest loss; at this price the margin ratio does not change",
    )


def _whole(leg: Leg, ticks: Fraction) -> int:
    return max(1, ceil(ticks) if leg.pos > 0 else floor(ticks))


def _backstop_takeover(account: Account, book: Rulebook) -> Step | None:
    leg = worst(account)
    share = parse_rate(book.value("liquidation.backstop", "0%"))
    if not is_backstop(account.equity(), account.maintenance(), share):
        return None
    return Step(
        leg=leg,
        qty=abs(leg.pos),
        limit_px=None,
        what="vault",
        why="equity is below the backstop share of maintenance",
    )


def _takeover_at_bankruptcy(account: Account, _book: Rulebook) -> Step:
    leg = worst(account)
    return Step(
        leg=leg,
        qty=abs(leg.pos),
        limit_px=_limit(account, leg),
        what="takeover",
        why="largest loss; nothing is sent to the book at this size",
    )


STEPS: Mapping[str, Callable[[Account, Rulebook], Step | None]] = {
    "net_hedged_legs": _net_hedged_legs,
    "ioc_at_bankruptcy": _ioc_at_bankruptcy,
    "orders_on_all_legs": _orders_on_all_legs,
    "drop_tiers": _drop_tiers,
    "reduce_to_lowest_tier": _reduce_to_lowest_tier,
    "slice_with_cooldown": _slice_with_cooldown,
    "incremental_rounds": _incremental_rounds,
    "ioc_at_fillable_price": _ioc_at_fillable_price,
    "ioc_at_zero_price": _ioc_at_zero_price,
    "backstop_takeover": _backstop_takeover,
    "takeover_at_bankruptcy": _takeover_at_bankruptcy,
}
"""By the names of ``liquidation.steps``; cancelling orders touches no position, the rest is never first."""
