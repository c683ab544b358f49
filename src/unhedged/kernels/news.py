"""What the market does not decide: fundamental value, moved by news and a driftless walk, and outages.

Nothing here touches a price: value is seen by agents, and prices follow only through their orders.
"""

from typing import Any

from unhedged.kernels.compiled import kernel, u8
from unhedged.kernels.floatmath import exp_
from unhedged.kernels.rng import normals_of
from unhedged.kernels.tables import asset, news, outage, venue
from unhedged.vocab.enums import NewsShape, OutageKind

TICK = 1_000_000_000
"""ns between steps of fundamental value."""


@kernel("float64(World, int64)")
def arrived_share(w: Any, n: int) -> float:
    """Return the share of news ``n`` that has arrived by now, 0 to 1."""
    item = news(w, n)
    since = float(w.now - item.t)
    if since < 0.0:
        return 0.0
    if item.shape == NewsShape.STEP or item.over <= 0:
        return 1.0
    if item.shape == NewsShape.RAMP:
        return min(1.0, since / item.over)
    return 1.0 - exp_(-since / item.over)


@kernel("void(World)")
def move_values(w: Any) -> None:
    """Step every asset's fundamental value: the walk by one draw, news by what has arrived."""
    for a in range(w.n_asset):
        x = asset(w, a)
        z, _ = normals_of(x.key, x.draws)
        x.draws += u8(1)
        # one tick is one second, so the volatility per square root of a second is the step itself
        x.walk += x.volatility * z
        change = x.walk
        for n in range(w.news_rows):
            if news(w, n).asset == a:
                change += news(w, n).size * arrived_share(w, n)
        x.value = x.start * exp_(change)


@kernel("void(World)")
def begin_outages(w: Any) -> None:
    """Start the outages whose time has come."""
    for n in range(w.outage_rows):
        stop = outage(w, n)
        if stop.t > w.now or stop.until <= w.now:
            continue
        v = venue(w, stop.venue)
        if stop.what == OutageKind.TRANSFERS:
            v.transfers_down_until = max(v.transfers_down_until, stop.until)
        elif stop.what == OutageKind.GATEWAY:
            v.gateway_down_until = max(v.gateway_down_until, stop.until)
        else:
            v.feed_down_until = max(v.feed_down_until, stop.until)
