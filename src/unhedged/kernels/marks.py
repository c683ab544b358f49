"""Marks: the prices that margin, liquidation and funding use.

At each mark update of a venue: index of every instrument, then its mark by the venue's form. Prices are milli-ticks.
What is used of the own book: the mid when both sides stand, otherwise the last trade, otherwise the previous value of the
same quantity; a mark is never below one tick, and never farther from the index than the venue's limit.
"""

from typing import Any

from unhedged.kernels.book import NO_ASK, best, mid_milli
from unhedged.kernels.compiled import kernel, rule
from unhedged.kernels.floatmath import exp_
from unhedged.kernels.index import price_elsewhere
from unhedged.kernels.tables import basis, instrument, venue
from unhedged.rules import index_price, marking
from unhedged.vocab.enums import InstrumentKind, MarkForm

MILLI = 1000

clip_around = rule(index_price.clip_around)
mark_binance = rule(marking.mark_binance)
mark_hyperliquid = rule(marking.mark_hyperliquid)
price1_binance = rule(marking.price1_binance)
price2_binance = rule(marking.price2_binance)
mean_basis = rule(marking.mean_basis)
median_of_present = rule(marking.median_of_present)
ema_sum = rule(marking.ema_sum)
ema_value = rule(marking.ema_value)


@kernel("int64(World, int64)")
def sample_basis(w: Any, i: int) -> int:
    """Add a sample of mid minus index to the moving window and return its mean."""
    x = instrument(w, i)
    if x.basis_window == 0:
        return 0
    at = x.first_basis + x.basis_next
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
def index_with_funding(w: Any, i: int) -> int:
    """Return the index of ``i`` carried by the last funding rate over the time left."""
    x = instrument(w, i)
    interval = venue(w, x.venue).funding_interval
    if interval == 0:
        return x.index_milli
    left = min(max(x.next_funding - w.now, 0), interval)
    return price1_binance(x.index_milli, x.funding_ppb, left, interval)


@kernel("int64(World, int64)")
def index_with_basis(w: Any, i: int) -> int:
    """Return the index of ``i`` moved by the mean basis of its window."""
    return price2_binance(instrument(w, i).index_milli, sample_basis(w, i))


@kernel("int64(World, int64, float64)")
def index_with_ema(w: Any, i: int, elapsed: float) -> int:
    """Return the index of ``i`` moved by the averaged basis, which samples a book with two sides; 0 without an index."""
    x = instrument(w, i)
    time_constant = float(venue(w, x.venue).ema)
    two_sided = best(w, 2 * i) > 0 and best(w, 2 * i + 1) < NO_ASK
    if elapsed > 0.0 and two_sided and time_constant > 0.0:
        decay = exp_(-elapsed / time_constant)
        gap = float(mid_milli(w, i) - x.index_milli)
        x.ema_num = ema_sum(x.ema_num, decay, gap * elapsed)
        x.ema_den = ema_sum(x.ema_den, decay, elapsed)
    if x.index_milli <= 0:
        return 0
    return max(MILLI, x.index_milli + int(ema_value(x.ema_num, x.ema_den)))


@kernel("int64(World, int64)")
def binance_form(w: Any, i: int) -> int:
    """Return the mark of a Binance-like perpetual."""
    with_funding = index_with_funding(w, i)
    return mark_binance(with_funding, index_with_basis(w, i), instrument(w, i).last_px * MILLI)


@kernel("int64(World, int64, float64)")
def hyperliquid_form(w: Any, i: int, elapsed: float) -> int:
    """Return the mark of a Hyperliquid-like perpetual; the index column holds the oracle."""
    x = instrument(w, i)
    bid = best(w, 2 * i)
    ask = best(w, 2 * i + 1)
    book = median_of_present(
        max(bid, 0) * MILLI, ask * MILLI if ask < NO_ASK else 0, x.last_px * MILLI
    )
    book_constant = float(venue(w, x.venue).book_ema)
    if elapsed > 0.0 and book > 0 and book_constant > 0.0:
        decay = exp_(-elapsed / book_constant)
        x.book_ema_num = ema_sum(x.book_ema_num, decay, float(book) * elapsed)
        x.book_ema_den = ema_sum(x.book_ema_den, decay, elapsed)
    with_basis = index_with_ema(w, i, elapsed)
    elsewhere = price_elsewhere(w, x.first_peer, x.peers)
    average = int(ema_value(x.book_ema_num, x.book_ema_den))
    return mark_hyperliquid(with_basis, book, elsewhere, average)


@kernel("int64(World, int64, int64)")
def averaged_form(w: Any, i: int, form: int) -> int:
    """Return the mark of a form with exponential averages."""
    x = instrument(w, i)
    elapsed = float(w.now - x.ema_at)
    if form == MarkForm.HYPERLIQUID:
        px = hyperliquid_form(w, i, elapsed)
    else:
        px = index_with_ema(w, i, elapsed)
    if elapsed > 0.0:
        x.ema_at = w.now
    return px


@kernel("int64(World, int64)")
def price_of_form(w: Any, i: int) -> int:
    """Return the mark of perpetual ``i`` by its venue's form, 0 for none."""
    form = venue(w, instrument(w, i).venue).mark_form
    if form == MarkForm.BINANCE:
        return binance_form(w, i)
    if form == MarkForm.INDEX_PLUS_BASIS:
        return index_with_basis(w, i)
    if form == MarkForm.INDEX_PLUS_FUNDING:
        return index_with_funding(w, i)
    if form == MarkForm.ORACLE:
        return instrument(w, i).index_milli
    return averaged_form(w, i, form)


@kernel("void(World, int64)")
def update_mark(w: Any, i: int) -> None:
    """Set the mark of instrument ``i``; the mark before is kept as ``mark_previous``."""
    x = instrument(w, i)
    v = venue(w, x.venue)
    if x.kind == InstrumentKind.SPOT or v.mark_form == MarkForm.MID:
        px = mid_milli(w, i)
    else:
        px = price_of_form(w, i)
        if px > 0 and v.mark_limit_ppb > 0 and x.index_milli > 0:
            px = clip_around(px, x.index_milli, v.mark_limit_ppb)
    x.mark_previous = x.mark_milli
    if px > 0:
        x.mark_milli = max(px, MILLI)
