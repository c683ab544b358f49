"""Index, oracle and mark: the prices that margin, liquidation and funding use.

At each mark update of a venue: index of every instrument, then its mark by the venue's form. Prices are milli-ticks.
What is used when a book is empty, crossed or stale: the mid when both sides stand, otherwise the last trade, otherwise
the previous value of the same quantity; a mark is never below one tick.
"""

from typing import Any

from unhedged.kernels.book import NO_ASK, best
from unhedged.kernels.compiled import helper, kernel, rule
from unhedged.kernels.floatmath import exp_
from unhedged.kernels.tables import BASIS_SAMPLES, basis, instrument, source, venue
from unhedged.rules import integer, marking
from unhedged.vocab.enums import InstrumentKind, MarkForm

MILLI = 1000

mul_div_floor = rule(integer.mul_div_floor)
mark_binance = rule(marking.mark_binance)
mark_hyperliquid = rule(marking.mark_hyperliquid)
price1_binance = rule(marking.price1_binance)
price2_binance = rule(marking.price2_binance)
mean_basis = rule(marking.mean_basis)
median_of_present = rule(marking.median_of_present)
ema_sum = rule(marking.ema_sum)
ema_value = rule(marking.ema_value)


@helper("int64(World, int64)")
def mid_milli(w: Any, i: int) -> int:
    """Return the mid of book ``i``, or its last trade when a side is empty, or 0 when there was none."""
    bid = best(w, 2 * i)
    ask = best(w, 2 * i + 1)
    if bid > 0 and ask < NO_ASK:
        return (bid + ask) * (MILLI // 2)
    return instrument(w, i).last_px * MILLI


@helper("int64(World, int64)")
def source_milli(w: Any, s: int) -> int:
    """Return the price of source ``s`` in the reader's milli-ticks, 0 when it has none."""
    origin = source(w, s)
    return mul_div_floor(mid_milli(w, origin.instrument), origin.scale_num, origin.scale_den)


@kernel("int64(World, int64, int64)")
def weighted_median(w: Any, first: int, count: int) -> int:
    """Return the weighted median of ``count`` sources; of two middle prices the lower; 0 when no source has a price.

    Sources are few, so each is ranked by counting the weight below it.
    """
    whole = 0
    for s in range(first, first + count):
        if source_milli(w, s) > 0:
            whole += source(w, s).weight
    chosen = 0
    for s in range(first, first + count):
        px = source_milli(w, s)
        if px <= 0:
            continue
        up_to = 0
        for other in range(first, first + count):
            value = source_milli(w, other)
            if value > 0 and value <= px:
                up_to += source(w, other).weight
        if 2 * up_to >= whole and (chosen == 0 or px < chosen):
            chosen = px
    return chosen


@kernel("void(World, int64)")
def update_index(w: Any, i: int) -> None:
    """Take the index of instrument ``i`` from its sources; it stays where it was when none has a price."""
    x = instrument(w, i)
    if x.sources > 0:
        px = weighted_median(w, x.first_source, x.sources)
        if px > 0:
            x.index_milli = px


@kernel("int64(World, int64)")
def sample_basis(w: Any, i: int) -> int:
    """Add a sample of mid minus index to the moving window and return its mean."""
    x = instrument(w, i)
    if x.basis_window == 0:
        return 0
    at = i * BASIS_SAMPLES + x.basis_next
    if x.basis_count == x.basis_window:
        x.basis_sum -= basis(w, at).milli
    else:
        x.basis_count += 1
    mid = mid_milli(w, i)
    sample = mid - x.index_milli if mid > 0 else 0
    basis(w, at).milli = sample
    x.basis_sum += sample
    x.basis_next = (x.basis_next + 1) % x.basis_window
    return mean_basis(x.basis_sum, x.basis_count)


@kernel("int64(World, int64)")
def binance_form(w: Any, i: int) -> int:
    """Return the mark of a Binance-like perpetual."""
    x = instrument(w, i)
    interval = venue(w, x.venue).funding_interval
    if interval > 0:
        left = min(max(x.next_funding - w.now, 0), interval)
        with_funding = price1_binance(x.index_milli, x.funding_ppb, left, interval)
    else:
        with_funding = x.index_milli
    with_basis = price2_binance(x.index_milli, sample_basis(w, i))
    return mark_binance(with_funding, with_basis, x.last_px * MILLI)


@kernel("int64(World, int64)")
def hyperliquid_form(w: Any, i: int) -> int:
    """Return the mark of a Hyperliquid-like perpetual; the index column holds the oracle."""
    x = instrument(w, i)
    elapsed = float(w.now - x.ema_at)
    bid = best(w, 2 * i)
    ask = best(w, 2 * i + 1)
    two_sided = bid > 0 and ask < NO_ASK
    book = median_of_present(
        max(bid, 0) * MILLI, ask * MILLI if ask < NO_ASK else 0, x.last_px * MILLI
    )
    time_constant = float(venue(w, x.venue).ema)
    book_constant = float(venue(w, x.venue).book_ema)
    if elapsed > 0.0:
        if two_sided and time_constant > 0.0:
            decay = exp_(-elapsed / time_constant)
            gap = float(mid_milli(w, i) - x.index_milli)
            x.ema_num = ema_sum(x.ema_num, decay, gap * elapsed)
            x.ema_den = ema_sum(x.ema_den, decay, elapsed)
        if book > 0 and book_constant > 0.0:
            decay = exp_(-elapsed / book_constant)
            x.book_ema_num = ema_sum(x.book_ema_num, decay, float(book) * elapsed)
            x.book_ema_den = ema_sum(x.book_ema_den, decay, elapsed)
        x.ema_at = w.now
    with_basis = 0
    if x.index_milli > 0:
        with_basis = max(MILLI, x.index_milli + int(ema_value(x.ema_num, x.ema_den)))
    elsewhere = weighted_median(w, x.first_peer, x.peers) if x.peers > 0 else 0
    average = int(ema_value(x.book_ema_num, x.book_ema_den))
    return mark_hyperliquid(with_basis, book, elsewhere, average)


@kernel("void(World, int64)")
def update_mark(w: Any, i: int) -> None:
    """Set the mark of instrument ``i``; the mark before is kept as ``mark_previous``."""
    x = instrument(w, i)
    form = venue(w, x.venue).mark_form
    if x.kind == InstrumentKind.SPOT or form == MarkForm.MID:
        px = mid_milli(w, i)
    elif form == MarkForm.BINANCE:
        px = binance_form(w, i)
    else:
        px = hyperliquid_form(w, i)
    x.mark_previous = x.mark_milli
    if px > 0:
        x.mark_milli = max(px, MILLI)
