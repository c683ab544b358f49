"""Index, or oracle: one price of several spot books, as their public feeds showed them.

    feed of each source ──▶ price, none when too old ──▶ median, or mean without outliers ──▶ index

A source is read from its feed, not from its book: while a feed stands still its last quote counts, until it is stale. With
fewer sources than needed the index stays where it was. Prices are milli-ticks of the reader, 0 for none.
"""

from typing import Any

from unhedged.kernels.compiled import helper, kernel, rule
from unhedged.kernels.feed import quote_at
from unhedged.kernels.tables import instrument, quote, source, venue
from unhedged.rules import index_price, integer
from unhedged.vocab.enums import IndexCombine, OutlierRule

SINGLED_OUT = 3
"""Sources of which a median can single one out; with two it lies midway."""

_WEIGHTED_MEAN = int(IndexCombine.WEIGHTED_MEAN)
_EQUAL_MEAN = int(IndexCombine.EQUAL_MEAN)

mul_div_floor = rule(integer.mul_div_floor)
source_price = rule(index_price.source_price)
is_stale = rule(index_price.is_stale)
is_deviant = rule(index_price.is_deviant)
clip_around = rule(index_price.clip_around)


@kernel("int64(World, int64, int64, int64, int64)")
def read_sources(w: Any, first: int, count: int, seen_at: int, stale: int) -> int:
    """Note the price of each source at ``seen_at`` (ns) and return how many have one; ``stale`` in ns, 0 for never."""
    live = 0
    for s in range(first, first + count):
        x = source(w, s)
        q = quote(w, quote_at(w, x.instrument, seen_at))
        px = 0
        if stale == 0 or not is_stale(seen_at - q.t, stale):
            px = mul_div_floor(source_price(q.bid, q.ask, q.last), x.scale_num, x.scale_den)
        x.px_milli = px
        if px > 0:
            live += 1
    return live


@helper("int64(World, int64, int64, int64)")
def weight_up_to(w: Any, first: int, count: int, px: int) -> int:
    """Return the weight of the sources priced at ``px`` or below."""
    total = 0
    for s in range(first, first + count):
        if 0 < source(w, s).px_milli <= px:
            total += source(w, s).weight
    return total


@kernel("int64(World, int64, int64)")
def weighted_median(w: Any, first: int, count: int) -> int:
    """Return the weighted median of ``count`` noted prices; of two middle ones the lower; 0 when there is none.

    Sources are few, so each is ranked by the weight up to it.
    """
    whole = 0
    for s in range(first, first + count):
        if source(w, s).px_milli > 0:
            whole += source(w, s).weight
    chosen = 0
    for s in range(first, first + count):
        px = source(w, s).px_milli
        enough = px > 0 and 2 * weight_up_to(w, first, count, px) >= whole
        if enough and (chosen == 0 or px < chosen):
            chosen = px
    return chosen


@kernel("int64(World, int64, int64, int64)")
def middle_price(w: Any, first: int, count: int, live: int) -> int:
    """Return the median of ``live`` noted prices, each counted once; of two middle ones the midpoint, rounded down."""
    lower = upper = 0
    for s in range(first, first + count):
        px = source(w, s).px_milli
        up_to = 0
        for other in range(first, first + count):
            if 0 < source(w, other).px_milli <= px:
                up_to += 1
        if px > 0 and 2 * up_to >= live and (lower == 0 or px < lower):
            lower = px
        if px > 0 and 2 * up_to > live and (upper == 0 or px < upper):
            upper = px
    return (lower + upper) // 2


@kernel("int64(World, int64, int64, int64, int64)")
def guarded_mean(w: Any, here: int, first: int, count: int, live: int) -> int:
    """Return the weighted mean of ``live`` of ``count`` noted prices, outliers handled as venue ``here`` does, rounded down."""
    v = venue(w, here)
    clips = v.outlier_rule == OutlierRule.CLIPPED
    guards = v.index_outlier_ppb > 0 and (clips or live >= SINGLED_OUT)
    middle = middle_price(w, first, count, live)
    total = weight = outliers = 0
    for s in range(first, first + count):
        px = source(w, s).px_milli
        outlying = px > 0 and guards and is_deviant(px, middle, v.index_outlier_ppb)
        if outlying:
            outliers += 1
            px = clip_around(px, middle, v.index_outlier_ppb)
        if px > 0 and (clips or not outlying):
            total += px * source(w, s).weight
            weight += source(w, s).weight
    return middle if outliers > 1 and not clips else total // weight


@kernel("void(World, int64)")
def update_index(w: Any, i: int) -> None:
    """Take the index of instrument ``i`` from its sources; it stays where it was when too few have a price."""
    x = instrument(w, i)
    if x.sources == 0:
        return
    index = combined(w, x.venue, x.first_source, x.sources)
    if index > 0:
        x.index_milli = index


@kernel("int64(World, int64, int64, int64)")
def combined(w: Any, here: int, first: int, count: int) -> int:
    """Return one price of ``count`` sources as venue ``here`` combines them, milli-ticks; 0 when too few have a price."""
    v = venue(w, here)
    live = read_sources(w, first, count, w.now - v.index_delay, v.index_stale)
    if live < max(v.index_least, 1):
        return 0
    if v.index_combine in (_WEIGHTED_MEAN, _EQUAL_MEAN):
        return guarded_mean(w, here, first, count, live)
    return weighted_median(w, first, count)


@helper("int64(World, int64, int64)")
def price_elsewhere(w: Any, first: int, count: int) -> int:
    """Return the weighted median of ``count`` perpetuals at other venues now, 0 when none has a price."""
    read_sources(w, first, count, w.now, 0)
    return weighted_median(w, first, count)
