"""Fundamental value and outages in plain Python."""

import math

from unhedged.reference import floatmath
from unhedged.reference.rng import normals_of, uniforms_of
from unhedged.reference.world import Asset, News, World
from unhedged.vocab.enums import NewsShape, OutageKind
from unhedged.vocab.keys import MOST_LAYERS


def arrived_share(item: News, now: int) -> float:
    """Return the share of a piece of news that has arrived, 0 to 1."""
    since = float(now - item.t)
    if since < 0:
        return 0.0
    if item.shape == NewsShape.STEP or item.over <= 0:
        return 1.0
    if item.shape == NewsShape.RAMP:
        return min(1.0, since / item.over)
    return 1.0 - floatmath.exp(-since / item.over)


def pace(asset: Asset) -> float:
    """Return the product of the multipliers of an asset's pace, after drawing anew those whose time has come."""
    product, seconds = 1.0, asset.fastest
    for layer in range(asset.layers):
        chance, side, _, _ = uniforms_of(asset.key, asset.draws * MOST_LAYERS + layer)
        if asset.draws == 0 or chance * seconds < 1:
            asset.high.discard(layer)
            if side < 0.5:
                asset.high.add(layer)
        product *= 1 + asset.strength if layer in asset.high else 1 - asset.strength
        seconds *= asset.factor
    return product


def move_values(world: World) -> None:
    """Step every asset's value: one draw of its walk, and what has arrived of its news."""
    for number, asset in enumerate(world.assets):
        z, _ = normals_of(asset.key, asset.draws)
        asset.walk += asset.volatility * z * (math.sqrt(pace(asset)) if asset.layers else 1.0)
        asset.draws += 1
        change = asset.walk
        for item in world.news:
            if item.asset == number:
                change += item.size * arrived_share(item, world.now)
        asset.value = asset.start * floatmath.exp(change)


def begin_outages(world: World) -> None:
    """Start the outages whose time has come."""
    for outage in world.outages:
        if not outage.t <= world.now < outage.until:
            continue
        venue = world.venues[outage.venue]
        if outage.what == OutageKind.TRANSFERS:
            venue.transfers_down_until = max(venue.transfers_down_until, outage.until)
        elif outage.what == OutageKind.GATEWAY:
            venue.gateway_down_until = max(venue.gateway_down_until, outage.until)
        else:
            venue.feed_down_until = max(venue.feed_down_until, outage.until)
