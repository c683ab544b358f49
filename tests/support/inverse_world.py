"""Small worlds with a venue that settles in coin, beside one in dollars and spot."""

import numpy as np

SCENARIO = """\
schema = 1
name = "inverse-world"
start_utc = 2025-10-10T15:58:55Z

[run]
duration = "{seconds}s"
seed = {seed}
record_every = "1s"

[[asset]]
id = "BTC"
start = "$117_000"
volatility = "{volatility}%"

[[venue]]
id = "mex"
rulebook = "bitmex@2025-10-10"

[venue.mark]
form = "binance"
interval = "1s"
basis_window = "30s"

[venue.fund]
start = "${fund}"

[[venue]]
id = "hyper"
rulebook = "hyperliquid@2025-10-10"

[venue.vault]
start = "$2M"

[[venue]]
id = "spot"
rulebook = "spot@generic"

[[instrument]]
id = "mex/XBTUSD"
asset = "BTC"
kind = "inverse"
tick_size = {tick}
lot_size = {lot}
tiers = {tiers}
open_interest = "$2bn"

[[instrument]]
id = "mex/XBT-OLD"
asset = "BTC"
kind = "inverse"
tick_size = 0.5
lot_size = 10
tiers = "XBTUSD-older"
open_interest = "$500M"

[[instrument]]
id = "hyper/BTC-PERP"
asset = "BTC"
kind = "linear"
tick_size = 1
lot_size = 0.00001
tiers = "BTC"
open_interest = "$500M"

[[instrument]]
id = "spot/BTC"
asset = "BTC"
kind = "spot"
tick_size = 0.1
lot_size = 0.00001

[[agent]]
id = "flow"
kind = "background"
instrument = "mex/XBTUSD"
orders = 40
patient_orders = 10

[[agent]]
id = "old-flow"
kind = "background"
instrument = "mex/XBT-OLD"
orders = 40
patient_orders = 10

[[agent]]
id = "hyper-flow"
kind = "background"
instrument = "hyper/BTC-PERP"
orders = 40
patient_orders = 10

[[agent]]
id = "spot-flow"
kind = "background"
instrument = "spot/BTC"
orders = 40
patient_orders = 10

[[agent]]
id = "maker"
kind = "market_maker"
count = 2
quotes = ["mex/XBTUSD", "mex/XBT-OLD"]
hedge = "spot/BTC"
capital = "$20M"
depth = "30%"

[[agent]]
id = "script"
kind = "market_maker"
count = 4
capital = "$100M"
quotes = ["mex/XBTUSD", "mex/XBT-OLD"]
hedge = "hyper/BTC-PERP"
order_jitter = "40ms"

[[agent]]
id = "dip"
kind = "dip_buyer"
instrument = "mex/XBTUSD"
capital = "$20M"

[[agent]]
id = "longs"
kind = "leveraged"
count = 30
instruments = ["mex/XBTUSD", "mex/XBT-OLD"]
margin = "{margin}"
long = "100%"
holds = "100%"
largest = "60%"
capital = {{ law = "lognormal", median = "$1M", sigma = 1.5 }}
leverage = {{ law = "lognormal", median = 20.0, sigma = 0.7, high = 100.0 }}

[agent.stop]
share = "30%"
distance = {{ law = "exponential", mean = "2%" }}

[agent.panic]
share = "30%"
distance = {{ law = "exponential", mean = "3%" }}

[agent.top_up]
share = "30%"

[[agent]]
id = "shorts"
kind = "leveraged"
count = 12
instruments = ["mex/XBTUSD", "mex/XBT-OLD"]
margin = "{margin}"
long = "0%"
holds = "100%"
largest = "60%"
leverage = {{ law = "lognormal", median = 8.0, sigma = 0.7, high = 40.0 }}

[agent.take_profit]
share = "60%"
at_limit = "50%"
distance = {{ law = "exponential", mean = "2%" }}

[[agent]]
id = "hyper-shorts"
kind = "leveraged"
count = 6
instruments = "hyper/BTC-PERP"
long = "0%"
holds = "100%"
largest = "60%"

[[agent]]
id = "hyper-longs"
kind = "leveraged"
count = 6
instruments = "hyper/BTC-PERP"
long = "100%"
holds = "100%"
largest = "60%"

[[news]]
at = "40s"
fundamental = "{shock}%"
over = "10s"
"""
BRACKETS = (
    '[{ above = "$0", initial = "1%", maintenance = "0.5%" }, '
    '{ above = "$1M", initial = "2%", maintenance = "1%" }, '
    '{ above = "$20M", initial = "5%", maintenance = "2.5%" }]'
)
"""Marginal, in dollars: they become coin at the start."""


def inverse_scenario(seed: int, seconds: int = 80) -> str:
    """Return a scenario drawn from a seed."""
    random = np.random.default_rng(seed)
    return SCENARIO.format(
        seed=seed,
        seconds=seconds,
        volatility=int(random.choice([40, 200, 800])),
        fund=str(random.choice(["100k", "2M", "200M"])),
        margin=str(random.choice(["cross", "isolated"])),
        shock=float(random.choice([-3, -6, -12, 8])),
        tick=str(random.choice(["0.1", "0.5", "1"])),
        lot=str(random.choice(["1", "10", "100"])),
        tiers=str(random.choice(['"XBTUSD"', BRACKETS])),
    )
