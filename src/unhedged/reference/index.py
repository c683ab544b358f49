"""Index, or oracle, in plain Python: sorted lists of what feeds showed. Milli-ticks."""

from fractions import Fraction
from math import floor
from statistics import median
from typing import Any

from unhedged.rules import index_price
from unhedged.rules.integer import mul_div_floor
from unhedged.vocab.enums import IndexCombine, OutlierRule

Source = tuple[int, int, int, int]
"""Instrument, weight, and numerator and denominator of the scale."""
Priced = list[tuple[int, int]]
"""Price and weight of each source that has one."""
MEANS = {IndexCombine.WEIGHTED_MEAN, IndexCombine.EQUAL_MEAN}


def read(world: Any, sources: list[Source], seen_at: int, stale: int) -> Priced:
    """Return price and weight of the sources whose feed was not too old at ``seen_at``."""
    priced = []
    for instrument, weight, num, den in sources:
        quote = world.exchanges[instrument].feed.at(seen_at)
        if stale and index_price.is_stale(seen_at - quote.t, stale):
            continue
        px = index_price.source_price(quote.bid, quote.ask, quote.last)
        px = mul_div_floor(px, num, den)
        if px > 0:
            priced.append((px, weight))
    return priced


def weighted_median(priced: Priced) -> int:
    """Return the weighted median; of two middle prices the lower; 0 without a price."""
    whole = sum(weight for _, weight in priced)
    up_to = 0
    for px, weight in sorted(priced):
        up_to += weight
        if 2 * up_to >= whole:
            return px
    return 0


def guarded_mean(priced: Priced, limit_ppb: int, rule: OutlierRule) -> int:
    """Return the weighted mean, rounded down; outliers leave, or move to the bound."""
    middle = floor(median(Fraction(px) for px, _ in priced))
    if limit_ppb and rule == OutlierRule.CLIPPED:
        kept = [(index_price.clip_around(px, middle, limit_ppb), weight) for px, weight in priced]
    elif limit_ppb and len(priced) > 2:
        kept = [p for p in priced if not index_price.is_deviant(p[0], middle, limit_ppb)]
        if len(priced) - len(kept) > 1:
            return middle
    else:
        kept = priced
    return floor(
        Fraction(sum(px * weight for px, weight in kept), sum(weight for _, weight in kept))
    )


def update_index(x: Any) -> None:
    """Take the index from its sources; it stays when too few have a price."""
    x.contract.index = combined(x.world, x.venue, x.sources) or x.contract.index


def combined(world: Any, v: Any, sources: list[Source]) -> int:
    """Return one price of several sources as a venue combines them; 0 when too few have a price."""
    priced = read(world, sources, world.now - v.index_delay, v.index_stale)
    if not priced or len(priced) < v.index_least:
        return 0
    if v.index_combine in MEANS:
        return guarded_mean(priced, v.index_outlier_ppb, OutlierRule(v.outlier_rule))
    return weighted_median(priced)


def price_elsewhere(x: Any) -> int:
    """Return the weighted median of perpetuals at other venues now, 0 without one."""
    return weighted_median(read(x.world, x.peers, x.world.now, 0))
