"""Small worlds with everything in them: two venues of different rulebooks, spot, a thin crowd, bad news, outages, funding."""

from typing import Any

import numpy as np
from tests.support import scripts
from tests.support.unfold import behaviour

from unhedged.engine.build import build
from unhedged.kernels.memory import Memory
from unhedged.reference.world import Behaviour
from unhedged.scenario.load import load
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.registry import pick

SCENARIO = """\
schema = 1
name = "small-world"
start_utc = 2025-10-10T15:58:55Z

[run]
duration = "{seconds}s"
seed = {seed}
record_every = "1s"

[[asset]]
id = "BTC"
start = "$117_000"
volatility = "{volatility}%"

[[asset]]
id = "ETH"
start = "$4_200"
volatility = "{volatility}%"
beta = 1.3

[[venue]]
id = "hub"
rulebook = "{rulebook}"
{marks}

[venue.fund]
start = "${fund}"
{session}

[[venue]]
id = "hyper"
rulebook = "hyperliquid@2025-10-10"

[venue.vault]
start = "${vault}"

[[venue]]
id = "spot"
rulebook = "spot@generic"

[[instrument]]
id = "hub/BTC-PERP"
asset = "BTC"
kind = "linear"
tick_size = 0.1
lot_size = 0.001
tiers = "BTCUSDT"
open_interest = "$2bn"

[[instrument]]
id = "hub/ETH-PERP"
asset = "ETH"
kind = "linear"
tick_size = 0.01
lot_size = 0.001
tiers = "{eth}"
open_interest = "$1bn"

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

[[instrument]]
id = "spot/ETH"
asset = "ETH"
kind = "spot"
tick_size = 0.01
lot_size = 0.0001

[[agent]]
id = "flow"
kind = "background"
instrument = "hub/BTC-PERP"
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
quotes = "hub/BTC-PERP"
hedge = "spot/BTC"
capital = "$20M"
depth = "30%"

[[agent]]
id = "arb"
kind = "cross_venue"
count = 2
instruments = ["hub/BTC-PERP", "hyper/BTC-PERP", "spot/BTC"]

[[agent]]
id = "desk"
kind = "basis_desk"
count = 3
spot = "spot/BTC"
short = "hub/BTC-PERP"
capital = "$40M"
holds = "40%"

[[agent]]
id = "dip"
kind = "dip_buyer"
instrument = "spot/BTC"
capital = "$20M"

[[agent]]
id = "script"
kind = "cross_venue"
count = 4
capital = "$100M"
instruments = ["hub/BTC-PERP", "hyper/BTC-PERP", "spot/BTC"]
order_jitter = "40ms"

[[agent]]
id = "script-eth"
kind = "cross_venue"
count = 3
capital = "$60M"
instruments = ["hub/ETH-PERP", "spot/ETH"]
order_jitter = "40ms"

[[agent]]
id = "longs"
kind = "leveraged"
count = 30
instruments = ["hub/BTC-PERP", "hub/ETH-PERP"]
margin = "{margin}"
long = "100%"
holds = "99.9%"
largest = "60%"
capital = {{ law = "lognormal", median = "$1M", sigma = 1.5 }}
leverage = {{ law = "lognormal", median = 20.0, sigma = 0.7, high = 100.0 }}
again = {{ law = "exponential", mean = "2s" }}

[agent.stop]
share = "30%"
distance = {{ law = "exponential", mean = "2%" }}

[agent.panic]
share = "30%"
distance = {{ law = "exponential", mean = "3%" }}

[agent.top_up]
share = "30%"

[[agent]]
id = "gamblers"
kind = "leveraged"
count = 40
instruments = "hub/BTC-PERP"
long = "100%"
holds = "0.1%"
largest = "60%"
capital = "$2k"
leverage = {{ law = "uniform", low = 40.0, high = 120.0 }}

[[agent]]
id = "shorts"
kind = "leveraged"
count = 12
instruments = "hub/BTC-PERP"
long = "0%"
holds = "60%"
largest = "60%"
leverage = {{ law = "lognormal", median = 8.0, sigma = 0.7, high = 40.0 }}

[agent.take_profit]
share = "60%"
at_limit = "50%"
distance = {{ law = "exponential", mean = "2%" }}

[[agent]]
id = "eth-shorts"
kind = "leveraged"
count = 8
instruments = "hub/ETH-PERP"
long = "0%"
holds = "100%"
largest = "60%"

[[agent]]
id = "hyper-shorts"
kind = "leveraged"
count = 12
instruments = "hyper/BTC-PERP"
long = "0%"
holds = "100%"
largest = "60%"

[[agent]]
id = "hyper-longs"
kind = "leveraged"
count = 24
instruments = "hyper/BTC-PERP"
long = "100%"
holds = "100%"
largest = "60%"
leverage = {{ law = "lognormal", median = 20.0, sigma = 0.7, high = 40.0 }}

[agent.stop]
share = "30%"
distance = {{ law = "exponential", mean = "2%" }}

[agent.top_up]
share = "30%"

[[news]]
at = "40s"
fundamental = "{shock}%"
over = "10s"
shape = "{shape}"

[[outage]]
at = "45s"
venue = "{down}"
what = "{what}"
over = "4s"

[[outage]]
at = "50s"
venue = "hub"
what = "transfers"
over = "10s"
"""


PERPETUALS = (
    "bybit-linear@2025-10-10",
    "okx-swap@2025-10-10",
    "bitmex@2025-10-10",
    "dydx-v4@2025-10-10",
    "lighter@2025-10-10",
    "deribit-linear@2025-10-10",
)
"""Rulebooks whose steps are not those of the two venues every small world has."""
PLAIN_MARKS = """
[venue.mark]
form = "binance"
interval = "1s"
basis_window = "30s"

[venue.funding]
interval = "0s"
premium_interval = "5s"
"""
"""A mark and funding of the engine, where only steps are compared."""


LONGS = 'id = "hyper-longs"\nkind = "leveraged"\n'
SUPPLIED = 'margin = "portfolio"\n'
BETA = "beta = 1.3\n"
UNEVEN = 'pace = { strength = "60%", layers = 5, fastest = "2s", factor = 2.5 }\n'


def scenario(seed: int, seconds: int = 80, rulebook: str = "binance-usdm@2025-10-10") -> str:
    """Return a scenario drawn from a seed, its largest venue with the clearing of a rulebook."""
    random = np.random.default_rng(seed)
    text = SCENARIO.format(
        rulebook=rulebook,
        eth="ETHUSDT" if rulebook.startswith("binance") else "BTC",
        marks="" if rulebook.startswith("binance") else PLAIN_MARKS,
        seed=seed,
        seconds=seconds,
        volatility=int(random.choice([40, 200, 800])),
        fund=str(random.choice(["100k", "2M", "200M"])),
        session='session = "20s"' if rulebook.startswith("deribit") else "",
        vault=str(random.choice(["50k", "2M"])),
        margin=str(random.choice(["cross", "isolated"])),
        shock=float(random.choice([-3, -6, -12, 8])),
        shape=str(random.choice(["ramp", "exponential"])),
        down=str(random.choice(["hub", "hyper", "spot"])),
        what=str(random.choice(["gateway", "feed"])),
    )
    if seed % 3 == 1:
        text = text.replace(LONGS, f"{LONGS}{SUPPLIED}")
    if seed % 2 == 1:
        text = text.replace(BETA, f"{BETA}{UNEVEN}")
    return text


LIMITS = """
[venue.halt]
move = "{move}%"
window = "10s"
pause = "4s"
"""
LIMITED = """
[venue.liquidation]
throttle = "{throttle}"
throttle_interval = "{every}"

[venue.adl]
exempt = ["desk", "shorts", "arb*"]
"""


def limited_scenario(seed: int, seconds: int = 80) -> str:
    """Return the same with books that halt, liquidations that wait and blocks that are exempt from ADL."""
    random = np.random.default_rng([seed, 1])
    text = scenario(seed, seconds)
    halt = LIMITS.format(move=str(random.choice(["0.5", "2"])))
    limited = LIMITED.format(
        throttle=str(random.choice(["$50k", "$2M"])), every=str(random.choice(["500ms", "3s"]))
    )
    for name in ("[venue.fund]", "[venue.vault]"):
        text = text.replace(name, f"{halt}{limited}\n{name}")
    return text.replace('rulebook = "spot@generic"\n', f'rulebook = "spot@generic"\n{halt}')


def plan_of(text: str, folder: Any) -> RunPlan:
    path = folder / "small-world.toml"
    path.write_text(text)
    return load(str(path)).plan()


class Small:
    """One small world: compiled memory, and what the plain twin needs to start beside it."""

    def __init__(self, plan: RunPlan, seed: int) -> None:
        self.plan = plan
        self.memory: Memory = build(plan, 0, keep_all=True).memory
        self.behaviours: list[Behaviour] = []
        self.policies = [v.adl_policy for v in plan.venues]
        random = np.random.default_rng(seed + 1)
        self._give_parameters()
        row = 0
        for group in plan.agents:
            if group.kind == "leveraged":
                continue
            for _ in range(group.count):
                scripted = group.id.startswith("script")
                code = scripts.anything if scripted else pick("agents", group.kind)
                self.behaviours.append(behaviour(code))
                if scripted:
                    self._script(row, random)
                row += 1
        self._give_tags()
        for name in ("slice_above",):
            self.memory["venue"][name] = self.memory["venue"][name] // 100
        self.memory["venue"]["gateway_queue_max"] = random.choice([2, 10, 1000], len(plan.venues))
        self.memory["venue"]["gateway_service"] = random.choice(
            [0, 1_000_000, 20_000_000], len(plan.venues)
        )
        self.memory["venue"]["liquidation_fee_ppb"][:2] = random.choice([0, 5_000_000], 2)
        self.memory["venue"]["transfer_delay"] = 700_000_000
        self.memory["venue"]["unwind_interval"][:2] = np.maximum(
            self.memory["venue"]["unwind_interval"][:2], 10**9
        )

    def _script(self, row: int, random: np.random.Generator) -> None:
        me = self.memory["agent"][row]
        me["call"] = scripts.anything.address
        me["tags"] = 8 * int(me["legs"])
        me["sees_equity"] = 1
        of = self.memory["parameter"][row]["of"]
        of[scripts.USD] = float(random.choice([2e4, 5e5, 5e6]))
        of[scripts.SPREAD] = float(random.choice([0.0005, 0.005]))
        of[scripts.TAGS] = 8.0

    def _give_parameters(self) -> None:
        # A row each, where equal ones are shared: scripts write their own.
        rows = self.memory["parameter"]
        places = np.arange(len(self.memory["agent"])) * rows.dtype.itemsize
        self.memory["agent"]["parameters"] = rows.ctypes.data + places

    def _give_tags(self) -> None:
        agents = self.memory["agent"]
        agents["first_tag"] = np.concatenate([[0], np.cumsum(agents["tags"])[:-1]])
        while len(self.memory["tag"]) < agents["tags"].sum():
            self.memory.grow("tag")
