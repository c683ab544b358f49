"""Marks in plain Python, milli-ticks."""

from collections.abc import Callable
from typing import Any

from unhedged.reference import floatmath
from unhedged.reference.index import price_elsewhere
from unhedged.rules import index_price, marking
from unhedged.rules.integer import MILLI
from unhedged.vocab.enums import InstrumentKind, MarkForm, Side


def update_mark(x: Any) -> None:
    """Set the mark; the mark before is kept."""
    spot = x.kind == InstrumentKind.SPOT or x.venue.mark_form == MarkForm.MID
    px: int = x.mid_milli() if spot else FORMS[x.venue.mark_form](x)
    limit, index = x.venue.mark_limit_ppb, x.contract.index
    if not spot and px > 0 and limit > 0 and index > 0:
        px = index_price.clip_around(px, index, limit)
    x.contract.previous = x.contract.mark
    if px > 0:
        x.contract.mark = max(px, MILLI)


def with_funding(x: Any) -> int:
    """Return the index carried by the last rate over the time left."""
    index: int = x.contract.index
    interval = x.venue.funding_interval
    if interval == 0:
        return index
    left = min(max(x.next_funding - x.world.now, 0), interval)
    return marking.price1_binance(index, x.funding_ppb, left, interval)


def with_mean(x: Any) -> int:
    """Return the index moved by the mean basis of the window."""
    mean = 0
    if x.basis_window:
        mid = x.mid_milli()
        x.basis.append(mid - x.contract.index if mid > 0 else 0)
        del x.basis[: -x.basis_window]
        mean = marking.mean_basis(sum(x.basis), len(x.basis))
    return marking.price2_binance(x.contract.index, mean)


def with_ema(x: Any) -> int:
    """Return the index moved by the exponential average of the basis, sampled when the book has two sides."""
    index, elapsed = x.contract.index, float(x.world.now - x.ema_at)
    two_sided = x.best(Side.BUY) > 0 and x.best(Side.SELL) > 0
    if elapsed > 0 and two_sided and x.venue.ema > 0:
        decay = floatmath.exp(-elapsed / float(x.venue.ema))
        x.ema_num = marking.ema_sum(x.ema_num, decay, float(x.mid_milli() - index) * elapsed)
        x.ema_den = marking.ema_sum(x.ema_den, decay, elapsed)
    x.ema_at = x.world.now
    moved: int = index + int(marking.ema_value(x.ema_num, x.ema_den))
    return max(MILLI, moved) if index > 0 else 0


def binance(x: Any) -> int:
    """Return the mark of a Binance-like perpetual."""
    return marking.mark_binance(with_funding(x), with_mean(x), x.last_px * MILLI)


def hyperliquid(x: Any) -> int:
    """Return the mark of a Hyperliquid-like perpetual; the index is its oracle."""
    bid, ask = x.best(Side.BUY), x.best(Side.SELL)
    median = marking.median_of_present(max(bid, 0) * MILLI, max(ask, 0) * MILLI, x.last_px * MILLI)
    elapsed = float(x.world.now - x.ema_at)
    if elapsed > 0 and median > 0 and x.venue.book_ema > 0:
        decay = floatmath.exp(-elapsed / float(x.venue.book_ema))
        x.book_ema_num = marking.ema_sum(x.book_ema_num, decay, float(median) * elapsed)
        x.book_ema_den = marking.ema_sum(x.book_ema_den, decay, elapsed)
    average = int(marking.ema_value(x.book_ema_num, x.book_ema_den))
    return marking.mark_hyperliquid(with_ema(x), median, price_elsewhere(x), average)


def oracle(x: Any) -> int:
    """Return the index, which is called oracle."""
    px: int = x.contract.index
    return px


FORMS: dict[MarkForm, Callable[[Any], int]] = {
    MarkForm.BINANCE: binance,
    MarkForm.HYPERLIQUID: hyperliquid,
    MarkForm.INDEX_PLUS_BASIS: with_mean,
    MarkForm.INDEX_PLUS_FUNDING: with_funding,
    MarkForm.INDEX_PLUS_EMA: with_ema,
    MarkForm.ORACLE: oracle,
}
