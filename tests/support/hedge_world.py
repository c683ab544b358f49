"""Small worlds in which accounts hold a long and a short leg on one contract."""

from tests.support.small_world import scenario

OKX = "okx-swap@2025-10-10"
HEDGERS = """\
[[agent]]
id = "hedgers"
kind = "leveraged"
count = 24
instruments = ["hub/BTC-PERP", "hub/ETH-PERP"]
margin = "{margin}"
position_mode = "hedge"
hedged = "{hedged}"
long = "50%"
holds = "10%"
largest = "60%"
capital = {{ law = "lognormal", median = "$1M", sigma = 1.5 }}
leverage = {{ law = "lognormal", median = 30.0, sigma = 0.5, high = 100.0 }}

[agent.stop]
share = "30%"
distance = {{ law = "exponential", mean = "2%" }}

[agent.panic]
share = "30%"
distance = {{ law = "exponential", mean = "3%" }}

[agent.take_profit]
share = "30%"
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


def hedge_scenario(seed: int, seconds: int = 80, rulebook: str = OKX) -> str:
    """Return the small world of a seed with hedgers at its largest venue, where open interest is what blocks bring."""
    text = scenario(seed, seconds, rulebook)
    hub, found, others = text.partition('[[instrument]]\nid = "hyper/BTC-PERP"')
    for line in ('open_interest = "$2bn"\n', 'open_interest = "$1bn"\n'):
        assert line in hub
        hub = hub.replace(line, "")
    before, longs, after = others.partition('[[agent]]\nid = "longs"\n')
    assert longs
    block = HEDGERS.format(
        margin="isolated" if seed % 3 == 2 else "cross", hedged=("100%", "30%", "5%")[seed % 3]
    )
    return f"{hub}{found}{before}{block}{longs}{after}"
