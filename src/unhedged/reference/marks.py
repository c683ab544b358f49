"""Index and mark in plain Python, milli-ticks."""

from typing import Any

from unhedged.reference import floatmath
from unhedged.rules import marking
from unhedged.rules.integer import MILLI, mul_div_floor
from unhedged.vocab.enums import InstrumentKind, MarkForm, Side


def weighted_median(world: Any, sources: list[tuple[int, int, int, int]]) -> int:
    """Return the weighted median of (instrument, weight, scale): of two middle prices the lower; 0 without a price."""
    priced = []
    for instrument, weight, num, den in sources:
        px = mul_div_floor(world.exchanges[instrument].mid_milli(), num, den)
        if px > 0:
            priced.append((px, weight))
    whole = sum(weight for _, weight in priced)
    up_to = 0
    for px, weight in sorted(priced):
        up_to += weight
        if 2 * up_to >= whole:
            return px
    return 0


def update_index(x: Any) -> None:
    """Take the index from its sources; it stays when none has a price."""
    x.contract.index = weighted_median(x.world, x.sources) or x.contract.index


def update_mark(x: Any) -> None:
    """Set the mark; the mark before is kept."""
    form = x.venue.mark_form
    if x.kind == InstrumentKind.SPOT or form == MarkForm.MID:
        px = x.mid_milli()
    elif form == MarkForm.BINANCE:
        px = binance(x)
    else:
        px = hyperliquid(x)
    x.contract.previous = x.contract.mark
    if px > 0:
        x.contract.mark = max(px, MILLI)


def binance(x: Any) -> int:
    """Return the mark of a Binance-like perpetual."""
    index, interval = x.contract.index, x.venue.funding_interval
    with_funding = index
    if interval > 0:
        left = min(max(x.next_funding - x.world.now, 0), interval)
        with_funding = marking.price1_binance(index, x.funding_ppb, left, interval)
    mean = 0
    if x.basis_window:
        mid = x.mid_milli()
        x.basis.append(mid - index if mid > 0 else 0)
        del x.basis[: -x.basis_window]
        mean = marking.mean_basis(sum(x.basis), len(x.basis))
    with_basis = marking.price2_binance(index, mean)
    return marking.mark_binance(with_funding, with_basis, x.last_px * MILLI)


def hyperliquid(x: Any) -> int:
    """Return the mark of a Hyperliquid-like perpetual; the index is its oracle."""
    oracle, now = x.contract.index, x.world.now
    bid, ask = x.best(Side.BUY), x.best(Side.SELL)
    median = marking.median_of_present(max(bid, 0) * MILLI, max(ask, 0) * MILLI, x.last_px * MILLI)
    elapsed = float(now - x.ema_at)
    if elapsed > 0:
        if bid > 0 and ask > 0 and x.venue.ema > 0:
            decay = floatmath.exp(-elapsed / float(x.venue.ema))
            x.ema_num = marking.ema_sum(x.ema_num, decay, float(x.mid_milli() - oracle) * elapsed)
            x.ema_den = marking.ema_sum(x.ema_den, decay, elapsed)
        if median > 0 and x.venue.book_ema > 0:
            decay = floatmath.exp(-elapsed / float(x.venue.book_ema))
            x.book_ema_num = marking.ema_sum(x.book_ema_num, decay, float(median) * elapsed)
            x.book_ema_den = marking.ema_sum(x.book_ema_den, decay, elapsed)
        x.ema_at = now
    with_basis = 0
    if oracle > 0:
        with_basis = max(MILLI, oracle + int(marking.ema_value(x.ema_num, x.ema_den)))
    average = int(marking.ema_value(x.book_ema_num, x.book_ema_den))
    elsewhere = weighted_median(x.world, x.peers)
    return marking.mark_hyperliquid(with_basis, median, elsewhere, average)
