"""Small worlds under the rulebooks of other venues: their index, mark and funding, with several spot books to look at.

What decides liquidations is set in the scenario, so that only prices and payments are the venue's. Some worlds keep the
rulebook's own index, others draw its rules, narrow enough to matter among books that differ by a few ticks.
"""

import numpy as np
from tests.support import small_world

PAIRS = (
    ("bybit-linear@2025-10-10", "dydx-v4@2025-10-10"),
    ("okx-swap@2025-10-10", "lighter@2025-10-10"),
    ("deribit-linear@2025-10-10", "bitmex@2025-10-10"),
    ("binance-usdm@2025-09-17", "deribit-linear@2025-10-10"),
    ("dydx-v4@2025-10-10", "binance-usdm@2025-10-10"),
    ("bitmex@2025-10-10", "hyperliquid@2025-10-10"),
)
"""Rulebooks of the first venue and of the one with a vault; together every form."""

WITH_PORTFOLIO = ("binance", "deribit", "hyperliquid")
"""Venues whose rulebook has a portfolio margin the engine takes; at the others longs stay as they were drawn."""

CLEARING = {
    "hub": """\
[venue.liquidation]
steps = ["cancel_orders", "ioc_at_bankruptcy", "takeover_at_bankruptcy"]

[venue.adl]
trigger = "fund_cannot_hold"
policy = "binance-v1"
price = "bankruptcy"
""",
    "hyper": """\
[venue.liquidation]
steps = ["cancel_orders", "slice_with_cooldown", "backstop_takeover"]
slice = "20%"
slice_above = "$100k"
cooldown = "30s"
backstop = "66.6666667%"

[venue.adl]
trigger = "negative_equity"
policy = "hyperliquid-observed-v1"
price = "previous_mark"
""",
}
PRICES = """\
[venue.index]
combine = "{combine}"
outlier = "{outlier}"
outlier_rule = "{rule}"
stale = "{stale}"
least_sources = {least}
delay = "{delay}"

[venue.mark]
limit = "{limit}"

[venue.funding]
{interval}premium_interval = "{premium}"
dead_band = "{band}"
"""
SPOT = """\
[[venue]]
id = "spot{n}"
rulebook = "spot@generic"

[[instrument]]
id = "spot{n}/BTC"
asset = "BTC"
kind = "spot"
tick_size = {tick}
lot_size = 0.00001

[[agent]]
id = "spot{n}-flow"
kind = "background"
instrument = "spot{n}/BTC"
orders = {orders}
patient_orders = 5
"""
TIERS = '[{ above = "$0", initial = "1%", maintenance = "0.5%" }, { above = "$1M", initial = "2%", maintenance = "1%" }]'


def scenario(seed: int, seconds: int = 80) -> str:
    """Return a scenario drawn from a seed; the pair of rulebooks follows from the seed as well."""
    random = np.random.default_rng(seed + 77)
    text = small_world.scenario(seed, seconds)
    for name, old, new in zip(
        ("hub", "hyper"),
        ("binance-usdm@2025-10-10", "hyperliquid@2025-10-10"),
        PAIRS[seed % len(PAIRS)],
        strict=True,
    ):
        own = "" if seed % 4 == 3 else _prices(random, new)
        text = text.replace(
            f'id = "{name}"\nrulebook = "{old}"\n',
            f'id = "{name}"\nrulebook = "{new}"\n\n{CLEARING[name]}\n{own}',
        )
    if not PAIRS[seed % len(PAIRS)][1].startswith(WITH_PORTFOLIO):
        text = text.replace(small_world.SUPPLIED, "")
    text = text.replace("[venue.vault]\n", '[venue.vault]\ninterval = "3.1s"\ntakeover = "6.2s"\n')
    for table in ("BTCUSDT", "ETHUSDT", "BTC"):
        text = text.replace(f'tiers = "{table}"', f"tiers = {TIERS}")
    more = [
        SPOT.format(n=n, tick=random.choice([0.01, 0.5, 1, 20]), orders=random.choice([5, 25]))
        for n in range(2, 2 + int(random.integers(1, 5)))
    ]
    return text + "\n" + "\n".join(more)


def _prices(random: np.random.Generator, rulebook: str) -> str:
    # A venue that pays continuously keeps its interval; the stamp of all others falls into the run.
    often = "" if "deribit" in rulebook else f'interval = "{random.choice(["1h", "4h", "8h"])}"\n'
    return PRICES.format(
        combine=random.choice(["weighted_median", "weighted_mean", "median", "equal_mean"]),
        outlier=random.choice(["0%", "0.005%", "0.02%", "0.1%"]),
        rule=random.choice(["weight_zero", "clipped"]),
        stale=random.choice(["0s", "300ms", "2s"]),
        least=int(random.choice([1, 2, 4])),
        delay=random.choice(["0s", "300ms", "1s"]),
        limit=random.choice(["0%", "0.01%", "0.2%"]),
        interval=often,
        premium=random.choice(["3s", "7s", "20s"]),
        band=random.choice(["0%", "0.05bps", "2.5bps"]),
    )
