"""Funding: premium samples between settlements, then one rate and one payment per position.

Payments go through the venue's rounding account: payers round up and receivers down, so what is left there is never
negative. All accounts are re-evaluated afterwards, at the venue's next mark update.
"""

from typing import Any

from unhedged.kernels.accounts import mark_dirty
from unhedged.kernels.book import impact_px
from unhedged.kernels.compiled import kernel, plus, rule
from unhedged.kernels.ledger import pay
from unhedged.kernels.tables import holder, instrument, position, venue
from unhedged.rules import funding
from unhedged.vocab.enums import EntryReason, InstrumentKind, MarkForm, Side

HOUR = 3_600_000_000_000
premium_index = rule(funding.premium_index)
premium_sum = rule(funding.premium_sum)
premium_average = rule(funding.premium_average)
premium_mean = rule(funding.premium_mean)
funding_rate_binance = rule(funding.funding_rate_binance)
funding_rate_hyperliquid = rule(funding.funding_rate_hyperliquid)
funding_payment = rule(funding.funding_payment)


@kernel("void(World, int64)")
def sample_premium(w: Any, i: int) -> None:
    """Take one premium sample of instrument ``i``.

    A side of the book that does not hold the impact notional gives no impact price; its part of the premium is then
    zero, as when the book straddles the index.
    """
    x = instrument(w, i)
    if x.index_milli <= 0:
        return
    bid = impact_px(w, i, Side.BUY, x.impact_notional)
    ask = impact_px(w, i, Side.SELL, x.impact_notional)
    if bid <= 0:
        bid = x.index_milli
    if ask <= 0:
        ask = x.index_milli
    sample = premium_index(bid, ask, x.index_milli)
    x.premium_samples += 1
    weight = x.premium_samples if venue(w, x.venue).premium_weighted == 1 else 1
    x.premium_sum = premium_sum(x.premium_sum, sample, weight)


@kernel("int64(World, int64)")
def rate_now(w: Any, i: int) -> int:
    """Return the rate per interval that the samples so far imply, ppb."""
    x = instrument(w, i)
    v = venue(w, x.venue)
    premium = 0
    if x.premium_samples > 0:
        if v.premium_weighted == 1:
            premium = premium_average(x.premium_sum, x.premium_samples)
        else:
            premium = premium_mean(x.premium_sum, x.premium_samples)
    if v.mark_form == MarkForm.HYPERLIQUID:
        return funding_rate_hyperliquid(
            premium, x.interest_ppb, x.funding_clamp_ppb, x.funding_cap_ppb
        )
    hours = v.funding_interval // HOUR
    return funding_rate_binance(
        premium, x.interest_ppb, x.funding_clamp_ppb, x.funding_cap_ppb, hours
    )


@kernel("void(World, int64)")
def settle_funding(w: Any, i: int) -> None:
    """Charge every position in instrument ``i`` for the interval that ends now."""
    x = instrument(w, i)
    v = venue(w, x.venue)
    x.funding_ppb = rate_now(w, i)
    px = x.index_milli if v.mark_form == MarkForm.HYPERLIQUID else x.mark_milli
    for row in range(x.first_holder, x.first_holder + x.holders):
        p = position(w, holder(w, row).position)
        if p.pos == 0:
            continue
        due = funding_payment(p.pos, px, x.funding_ppb, x.num, x.den)
        pay(w, p.account, v.rounding, due, EntryReason.FUNDING)
        mark_dirty(w, p.account)
    x.premium_sum = 0
    x.premium_samples = 0
    x.next_funding = plus(x.next_funding, v.funding_interval)


@kernel("void(World, int64)")
def settle_venue(w: Any, v: int) -> None:
    """Settle funding of every perpetual of a venue."""
    first = venue(w, v).first_instrument
    for i in range(first, first + venue(w, v).instruments):
        if instrument(w, i).kind != InstrumentKind.SPOT:
            settle_funding(w, i)
