"""Small worlds in which accounts hold a long and a short leg on one contract."""

from tests.support.small_world import scenario

OKX = "okx-swap@2025-10-10"
HEDGERS = """\
[[agent]]
id = "hedgers"
kind = "leveraged"
count = 60
instruments = ["hub/BTC-PERP", "hub/ETH-PERP"]
margin = "{margin}"
position_mode = "hedge"
hedged = "{hedged}"
long = "100%"
holds = "10%"
largest = "60%"
capital = {{ law = "lognormal", median = "$1M", sigma = 1.5 }}
leverage = {{ law = "uniform", low = 40.0, high = 100.0 }}

[agent.stop]
share = "30%"
distance = {{ law = "exponential", mean = "2%" }}

[agent.panic]
share = "30%"
distance = {{ law = "exponential", mean = "3%" }}

[agent.take_profit]
share = "30%"
at_limit = "50%"
distance = {{ law = "exponential", mean = "2%" }}

[agent.top_up]
share = "30%"

[[agent]]
id = "script-legs"
kind = "custom"
count = 3
behaviour = "tests.support.scripts:anything"
instruments = ["hub/BTC-PERP", "hub/ETH-PERP"]
position_mode = "hedge"
capital = "$100M"
orders = 32
order_jitter = "40ms"

"""


HEDGED = (100, 30, 5)
"""Per cent of the long leg that the short leg has, by seed."""


def hedge_scenario(seed: int, seconds: int = 80, rulebook: str = OKX) -> str:
    """Return the small world of a seed with hedgers at its largest venue: a tenth of its longs, and their part of its shorts."""
    hedged = HEDGED[seed % 3]
    text = scenario(seed, seconds, rulebook)
    for block, old, new in (
        ("longs", 99.9, 89.9),
        ("shorts", 60, 60 - hedged / 10),
        ("eth-shorts", 100, 100 - hedged / 10),
    ):
        before, found, after = text.partition(f'id = "{block}"\n')
        assert f'holds = "{old}%"' in after
        text = before + found + after.replace(f'holds = "{old}%"', f'holds = "{new}%"', 1)
    before, longs, after = text.partition('[[agent]]\nid = "longs"\n')
    margin = "isolated" if seed % 3 == 2 else "cross"
    return f"{before}{HEDGERS.format(margin=margin, hedged=f'{hedged}%')}{longs}{after}"
