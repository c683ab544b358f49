"""Premium and funding in plain Python."""

from typing import Any

from unhedged.rules import funding
from unhedged.vocab.enums import AccountKind, EntryReason, InstrumentKind, MarkForm, Side

HOUR = 3_600_000_000_000


def sample_premium(x: Any) -> None:
    """Take one premium sample; a side without the impact notional counts as no premium."""
    index = x.contract.index
    if index <= 0:
        return
    bid, ask = x.impact_px(Side.BUY, x.impact_notional), x.impact_px(Side.SELL, x.impact_notional)
    sample = funding.premium_index(bid if bid > 0 else index, ask if ask > 0 else index, index)
    x.premium_samples += 1
    weight = x.premium_samples if x.venue.premium_weighted else 1
    x.premium_sum = funding.premium_sum(x.premium_sum, sample, weight)


def rate_now(x: Any) -> int:
    """Return the rate that the samples so far imply, ppb per interval."""
    premium = 0
    if x.premium_samples:
        mean = funding.premium_average if x.venue.premium_weighted else funding.premium_mean
        premium = mean(x.premium_sum, x.premium_samples)
    terms = premium, x.interest_ppb, x.funding_clamp_ppb, x.funding_cap_ppb
    if x.venue.mark_form == MarkForm.HYPERLIQUID:
        return funding.funding_rate_hyperliquid(*terms)
    return funding.funding_rate_binance(*terms, x.venue.funding_interval // HOUR)


def settle(venue: Any) -> None:
    """Charge every position of every perpetual through the venue's rounding account."""
    for x in venue.exchanges:
        if x.kind == InstrumentKind.SPOT:
            continue
        x.funding_ppb = rate_now(x)
        oracle = venue.mark_form == MarkForm.HYPERLIQUID
        px = x.contract.index if oracle else x.contract.mark
        for seat in x.seats:
            if seat.pos != 0:
                due = funding.funding_payment(seat.pos, px, x.funding_ppb, x.num, x.den)
                rounding = venue.house(AccountKind.ROUNDING)
                venue.ledger.pay(seat.holder, rounding, due, EntryReason.FUNDING)
        x.premium_sum = x.premium_samples = 0
        x.next_funding += venue.funding_interval
