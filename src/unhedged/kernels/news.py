"""What the market does not decide: fundamental value, moved by news and a driftless walk, and outages.

Nothing here touches a price: value is seen by agents, and prices follow only through their orders.
"""

import math
from typing import Any

from unhedged.kernels.compiled import kernel, u8
from unhedged.kernels.floatmath import exp_
from unhedged.kernels.rng import normals_of, uniforms_of
from unhedged.kernels.tables import asset, news, outage, venue
from unhedged.vocab.enums import NewsShape, OutageKind
from unhedged.vocab.keys import MOST_LAYERS

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


@kernel("float64(World, int64)")
def pace(w: Any, a: int) -> float:
    """Draw anew the multipliers of asset ``a`` whose time has come, and return their product: 1 on average.

    Notes
    -----
    Binomial Markov-switching multifractal: multiplier n is ``1 ± strength``, each with probability one half, and is drawn anew
    in a second with probability ``1 / (fastest factor^n)``, so that the pace clusters over all times in between. All are drawn
    at the first step. Draws are uniforms of the asset's stream; its walk uses normals, so none of those moves.

    Source: L. Calvet, A. Fisher, How to forecast long-run volatility: regime switching and the estimation of multifractal
    processes, Journal of Financial Econometrics 2 (2004), 49-83.
    """
    x = asset(w, a)
    product = 1.0
    seconds = x.fastest
    for n in range(x.layers):
        chance, side, _, _ = uniforms_of(x.key, x.draws * u8(MOST_LAYERS) + u8(n))
        mine = u8(1) << u8(n)
        if x.draws == u8(0) or chance * seconds < 1.0:
            x.high = x.high | mine if side < 0.5 else x.high & ~mine
        product *= 1.0 + x.strength if x.high & mine else 1.0 - x.strength
        seconds *= x.factor
    return product


@kernel("void(World)")
def move_values(w: Any) -> None:
    """Step every asset's fundamental value: the walk by one draw, news by what has arrived."""
    for a in range(w.n_asset):
        x = asset(w, a)
        z, _ = normals_of(x.key, x.draws)
        # one tick is one second, so the volatility per square root of a second is the step itself
        step = x.volatility * z
        if x.layers > 0:
            step *= math.sqrt(pace(w, a))
        x.draws += u8(1)
        x.walk += step
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
