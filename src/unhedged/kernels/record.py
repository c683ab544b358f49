"""Recorded instants: the state of every book, fund and desk, and the full sums that must balance."""

from typing import Any

from unhedged.kernels.accounts import equity
from unhedged.kernels.book import NO_ASK, best, depth, mid_milli
from unhedged.kernels.compiled import kernel
from unhedged.kernels.funding import rate_now
from unhedged.kernels.ledger import imbalance, position_imbalance
from unhedged.kernels.nearby import lots_within, record_risk
from unhedged.kernels.tables import agent, asset, desk, instrument, position, series, venue
from unhedged.vocab.enums import Breach, Side

BANDS = 5
ROWS_PER_EVENT = 8
"""A recorded instant sums again when an event was handled for every so many rows of accounts and positions: else summing a large
world would be most of the work (measured: 39 % of a whole day)."""
RISK_EVERY = 60_000_000_000
"""ns between maps of liquidation prices."""
BPS = 10_000
MILLI = 1000


@kernel("int64(int64)")
def band_bps(n: int) -> int:
    """Return the half-width of depth band ``n``, bps of the mid: 10, 25, 50, 100, 200."""
    if n == 0:
        return 10
    if n == 1:
        return 25
    if n == 2:
        return 50
    return 100 if n == 3 else 200


@kernel("void(World, int64)")
def record_book(w: Any, i: int) -> None:
    """Write one row of `series` for instrument ``i``."""
    x = instrument(w, i)
    row = series(w, w.series_kept)
    w.series_kept += 1
    row.t = w.now
    row.instrument = i
    bid = best(w, 2 * i)
    ask = best(w, 2 * i + 1)
    row.bid = bid
    row.ask = ask if ask < NO_ASK else -1
    row.last = x.last_px
    row.low = x.low_px
    row.high = x.high_px
    x.low_px = x.last_px
    x.high_px = x.last_px
    row.mark_milli = x.mark_milli
    row.index_milli = x.index_milli
    mid = mid_milli(w, i)
    for n in range(BANDS):
        reach = mid * band_bps(n) // BPS
        row.bid_depth[n] = depth(w, i, Side.BUY, -((reach - mid) // MILLI))
        row.ask_depth[n] = depth(w, i, Side.SELL, (mid + reach) // MILLI)
    row.open_interest = x.open_interest
    row.volume = x.volume
    row.forced_qty = x.forced_qty
    row.adl_qty = x.adl_qty
    v = venue(w, x.venue)
    row.funding_ppb = rate_now(w, i) if v.funding_interval > 0 else 0
    row.fund = equity(w, v.fund)
    row.vault = equity(w, v.vault) if v.vault >= 0 else 0
    row.value = asset(w, x.asset).value
    for rising in range(2):
        row.at_risk[rising] = lots_within(w, i, rising, 0)
        row.stops[rising] = lots_within(w, i, rising, 1)
    row.makers = x.makers
    row.quoting = x.quoting


@kernel("void(World, int64)")
def record_desk(w: Any, a: int) -> None:
    """Write one row of `desk` per leg of agent ``a``."""
    me = agent(w, a)
    for leg in range(me.legs):
        p = position(w, me.position[leg])
        row = desk(w, w.desks_kept)
        w.desks_kept += 1
        row.t = w.now
        row.agent = a
        row.leg = leg
        row.instrument = p.instrument
        row.pos = p.pos
        row.mark_milli = instrument(w, p.instrument).mark_milli
        row.equity = equity(w, p.account)
        row.adl_qty = p.adl_qty
        row.forced_qty = p.forced_qty


@kernel("int64(World)")
def find_breach(w: Any) -> int:
    """Return the first broken conservation law, `Breach.NONE` when all hold.

    Cash of each settlement asset sums to zero over all accounts, the external account included; positions of a
    perpetual sum to zero, those of a spot instrument to what they were at the start.
    """
    for settlement in range(w.settlements):
        if imbalance(w, settlement) != 0:
            return Breach.CASH
    for i in range(w.n_instrument):
        if position_imbalance(w, i) != 0:
            return Breach.POSITIONS
    return Breach.NONE


@kernel("void(World)")
def check_sums(w: Any) -> None:
    """Sum all cash and positions, unless a law is broken already, and note the first that is."""
    if w.breach == 0:
        w.breach = find_breach(w)
        w.summed_at = w.events


@kernel("void(World)")
def count_quoting(w: Any) -> None:
    """Count the makers of every book that have orders on both sides of it."""
    for i in range(w.n_instrument):
        instrument(w, i).quoting = 0
    for a in range(w.n_agent):
        if agent(w, a).quotes == 1:
            p = position(w, agent(w, a).position[0])
            if p.open_buy > 0 and p.open_sell > 0:
                instrument(w, p.instrument).quoting += 1


@kernel("void(World)")
def record_all(w: Any) -> None:
    """Record every book and desk, and check the sums when enough has happened since."""
    count_quoting(w)
    if w.now >= w.next_risk:
        record_risk(w)
        w.next_risk = w.now + RISK_EVERY
    for i in range(w.n_instrument):
        record_book(w, i)
    for a in range(w.n_agent):
        if agent(w, a).recorded == 1:
            record_desk(w, a)
    if (w.events - w.summed_at) * ROWS_PER_EVENT >= w.n_account + w.n_position:
        check_sums(w)
