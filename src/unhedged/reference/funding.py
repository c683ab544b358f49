"""Premium and funding in plain Python."""

from typing import Any

from unhedged.rules import dydx, funding, premiums
from unhedged.vocab.enums import (
    AccountKind,
    EntryReason,
    FundingForm,
    FundingPrice,
    InstrumentKind,
    Side,
)

HOUR = 3_600_000_000_000


def premium(x: Any) -> int:
    """Return the premium now; a side without the impact notional counts as no premium."""
    index = x.contract.index
    if x.venue.funding_form == FundingForm.DEAD_BAND:
        return premiums.mark_premium(x.contract.mark, index)
    bid, ask = x.impact_px(Side.BUY, x.impact_notional), x.impact_px(Side.SELL, x.impact_notional)
    return premiums.premium_index(bid if bid > 0 else index, ask if ask > 0 else index, index)


def sample_premium(x: Any) -> None:
    """Take one premium sample; where updates vote, the median of the votes when all are in."""
    if x.contract.index <= 0:
        return
    sample = premium(x)
    if x.votes_most:
        x.ballot.append(sample)
        if len(x.ballot) < x.votes_most:
            return
        votes = sorted(x.ballot + [0] * (x.venue.votes_least - len(x.ballot)))
        sample = dydx.vote_median(votes[(len(votes) - 1) // 2], votes[len(votes) // 2])
        x.ballot.clear()
    x.premium_samples += 1
    weight = x.premium_samples if x.venue.premium_weighted else 1
    x.premium_sum = premiums.premium_sum(x.premium_sum, sample, weight)


def rate_now(x: Any) -> int:
    """Return the rate that the samples so far imply, ppb per interval."""
    mean, form, interval = 0, x.venue.funding_form, x.venue.funding_interval
    if x.premium_samples:
        average = premiums.premium_average if x.venue.premium_weighted else premiums.premium_mean
        mean = average(x.premium_sum, x.premium_samples)
    if form == FundingForm.DEAD_BAND:
        eight = funding.funding_rate_deribit(mean, x.funding_clamp_ppb, x.funding_cap_ppb)
        return funding.rate_for_time(eight, interval)
    if form == FundingForm.VOTES:
        eight = dydx.funding_rate_dydx(mean, x.interest_ppb, x.funding_cap_ppb)
        return funding.rate_for_time(eight, interval)
    terms = mean, x.interest_ppb, x.funding_clamp_ppb, x.funding_cap_ppb
    if form == FundingForm.CLAMPED_EIGHTH:
        return funding.funding_rate_hyperliquid(*terms)
    if form == FundingForm.UNDIVIDED:
        return funding.funding_rate_binance_until_2025_09_18(*terms)
    if form == FundingForm.SCALED_INTEREST:
        return funding.funding_rate_scaled_interest(*terms, interval // HOUR)
    return funding.funding_rate_binance(*terms, interval // HOUR)


def due_of(x: Any) -> Any:
    """Return the rule of a contract's payments."""
    inverse = x.kind == InstrumentKind.INVERSE
    return funding.inverse_funding_payment if inverse else funding.funding_payment


def settle(venue: Any) -> None:
    """Charge every position of every perpetual through the venue's rounding account."""
    for x in venue.exchanges:
        if x.kind == InstrumentKind.SPOT:
            continue
        x.funding_ppb = rate_now(x)
        on_mark = venue.funding_price == FundingPrice.MARK
        px = x.contract.mark if on_mark else x.contract.index
        for seat in x.seats:
            if seat.pos != 0:
                due = due_of(x)(seat.pos, px, x.funding_ppb, x.num, x.den)
                rounding = venue.house(AccountKind.ROUNDING)
                venue.ledger.pay(seat.holder, rounding, due, EntryReason.FUNDING)
        x.premium_sum = x.premium_samples = 0
        x.next_funding += venue.funding_interval
