"""Funding: premium samples between settlements, then one rate and one payment per position.

Payments go through the venue's rounding account: payers round up and receivers down, so what is left there is never
negative. All accounts are re-evaluated afterwards, at the venue's next mark update: whom funding drives below maintenance is
liquidated then.
"""

from typing import Any

from unhedged.kernels.accounts import mark_dirty
from unhedged.kernels.book import impact_px
from unhedged.kernels.compiled import kernel, plus, rule
from unhedged.kernels.ledger import pay
from unhedged.kernels.tables import basis, holder, instrument, position, venue
from unhedged.rules import dydx, funding, premiums
from unhedged.vocab.enums import EntryReason, FundingForm, FundingPrice, InstrumentKind, Side

HOUR = 3_600_000_000_000
premium_index = rule(premiums.premium_index)
premium_sum = rule(premiums.premium_sum)
premium_average = rule(premiums.premium_average)
premium_mean = rule(premiums.premium_mean)
mark_premium = rule(premiums.mark_premium)
vote_median = rule(dydx.vote_median)
funding_rate_binance = rule(funding.funding_rate_binance)
funding_rate_undivided = rule(funding.funding_rate_binance_until_2025_09_18)
funding_rate_scaled_interest = rule(funding.funding_rate_scaled_interest)
funding_rate_hyperliquid = rule(funding.funding_rate_hyperliquid)
funding_rate_deribit = rule(funding.funding_rate_deribit)
funding_rate_dydx = rule(dydx.funding_rate_dydx)
rate_for_time = rule(funding.rate_for_time)
funding_payment = rule(funding.funding_payment)
inverse_funding_payment = rule(funding.inverse_funding_payment)


@kernel("int64(World, int64)")
def impact_premium(w: Any, i: int) -> int:
    """Return the premium of the impact prices of instrument ``i``, ppb.

    A side of the book that does not hold the impact notional gives no impact price; its part of the premium is then
    zero, as when the book straddles the index.
    """
    x = instrument(w, i)
    bid = impact_px(w, i, Side.BUY, x.impact_notional)
    ask = impact_px(w, i, Side.SELL, x.impact_notional)
    if bid <= 0:
        bid = x.index_milli
    if ask <= 0:
        ask = x.index_milli
    return premium_index(bid, ask, x.index_milli)


@kernel("int64(World, int64, int64, int64)")
def vote_of_rank(w: Any, i: int, rank: int, absent: int) -> int:
    """Return the vote of instrument ``i`` with ``rank`` votes up to it, 1 the lowest; ``absent`` further votes are zero."""
    first = instrument(w, i).first_basis + instrument(w, i).basis_window
    last = first + instrument(w, i).votes
    for n in range(first, last):
        chosen = basis(w, n).milli
        below = absent if chosen > 0 else 0
        up_to = absent if chosen >= 0 else 0
        for other in range(first, last):
            if basis(w, other).milli < chosen:
                below += 1
            if basis(w, other).milli <= chosen:
                up_to += 1
        if below < rank <= up_to:
            return chosen
    return 0


@kernel("boolean(World, int64, int64)")
def votes_are_in(w: Any, i: int, vote: int) -> bool:
    """Keep a vote on the premium of instrument ``i``; return whether it was the last of a sample."""
    x = instrument(w, i)
    basis(w, x.first_basis + x.basis_window + x.votes).milli = vote
    x.votes += 1
    return x.votes >= x.votes_most


@kernel("int64(World, int64)")
def count_votes(w: Any, i: int) -> int:
    """Return the median of the votes on the premium of instrument ``i``, ppb; missing votes are zero; the next vote is the first."""
    x = instrument(w, i)
    votes = max(int(x.votes), venue(w, x.venue).votes_least)
    absent = votes - x.votes
    lower = vote_of_rank(w, i, (votes + 1) // 2, absent)
    upper = vote_of_rank(w, i, votes // 2 + 1, absent)
    x.votes = 0
    return vote_median(lower, upper)


@kernel("void(World, int64)")
def sample_premium(w: Any, i: int) -> None:
    """Take one premium sample of instrument ``i``, or one vote of a sample."""
    x = instrument(w, i)
    v = venue(w, x.venue)
    if x.index_milli <= 0:
        return
    if v.funding_form == FundingForm.DEAD_BAND:
        sample = mark_premium(x.mark_milli, x.index_milli)
    else:
        sample = impact_premium(w, i)
    if x.votes_most > 0:
        if not votes_are_in(w, i, sample):
            return
        sample = count_votes(w, i)
    x.premium_samples += 1
    weight = x.premium_samples if v.premium_weighted == 1 else 1
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
    interest = x.interest_ppb
    clamp = x.funding_clamp_ppb
    cap = x.funding_cap_ppb
    hours = v.funding_interval // HOUR
    if v.funding_form == FundingForm.CLAMPED:
        return funding_rate_binance(premium, interest, clamp, cap, hours)
    if v.funding_form == FundingForm.CLAMPED_EIGHTH:
        return funding_rate_hyperliquid(premium, interest, clamp, cap)
    if v.funding_form == FundingForm.UNDIVIDED:
        return funding_rate_undivided(premium, interest, clamp, cap)
    if v.funding_form == FundingForm.SCALED_INTEREST:
        return funding_rate_scaled_interest(premium, interest, clamp, cap, hours)
    if v.funding_form == FundingForm.DEAD_BAND:
        return rate_for_time(funding_rate_deribit(premium, clamp, cap), v.funding_interval)
    return rate_for_time(funding_rate_dydx(premium, interest, cap), v.funding_interval)


@kernel("void(World, int64)")
def settle_funding(w: Any, i: int) -> None:
    """Charge every position in instrument ``i`` for the interval that ends now."""
    x = instrument(w, i)
    v = venue(w, x.venue)
    x.funding_ppb = rate_now(w, i)
    px = x.mark_milli if v.funding_price == FundingPrice.MARK else x.index_milli
    for row in range(x.first_holder, x.first_holder + x.holders):
        p = position(w, holder(w, row).position)
        if p.pos == 0:
            continue
        if x.kind == InstrumentKind.INVERSE:
            due = inverse_funding_payment(p.pos, px, x.funding_ppb, x.num, x.den)
        else:
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
