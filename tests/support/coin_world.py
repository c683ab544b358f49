"""Small worlds in which the first venue takes a dollar that earns and coins as margin, and the vault's venue takes coins.

The dollar has two thin books, one of them the venue's own; its value falls with the news. How it is valued, sold and ranked, who
keeps the rest and whether the ladder sells it before contracts is drawn from the seed.
"""

import re

import numpy as np
from tests.support import small_world

DOLLAR = """\

[[asset]]
id = "USDE"
start = "$1"
volatility = "10%"

[[venue]]
id = "elsewhere"
rulebook = "spot@generic"

[[instrument]]
id = "spot/USDE"
asset = "USDE"
kind = "spot"
tick_size = 0.0001
lot_size = 0.1

[[instrument]]
id = "elsewhere/USDE"
asset = "USDE"
kind = "spot"
tick_size = 0.0002
lot_size = 1

[[agent]]
id = "dollar-flow"
kind = "background"
instrument = "spot/USDE"
size = "{size}"
market_size = "{size}"
limit_rate = "{rate}/s"
orders = 20

[[agent]]
id = "dollar-flow-elsewhere"
kind = "background"
instrument = "elsewhere/USDE"
orders = 20

[[news]]
at = "35s"
asset = "USDE"
fundamental = "{fall}%"
over = "15s"
"""
TAKEN = """\
[venue.collateral]
price = "{price}"
sale = "{sale}"
sale_order = "{order}"
slippage = "{slippage}%"
discount = "{discount}%"
rest = "{rest}"

[venue.collateral.assets.USDE]
book = "spot/USDE"
haircut = "{haircut}"

[venue.collateral.assets.BTC]
book = "spot/BTC"
haircut = "5%"
price = "{other}"

[venue.fund]
"""
TAKEN_BY_VAULT = """\
[venue.collateral.assets.BTC]
book = "spot/BTC"
haircut = "10%"

[venue.vault]
"""
BROUGHT = """\
[agent.collateral.USDE]
part = {{ law = "uniform", low = "20%", high = "{most}%" }}

[agent.collateral.BTC]
share = "50%"
part = "30%"

"""
VAULT_BROUGHT = """\
[agent.collateral.BTC]
share = "70%"
part = "60%"

"""
STEPS = (
    '["cancel_orders", "ioc_at_bankruptcy", "takeover_at_bankruptcy"]',
    '["cancel_orders", "sell_collateral", "ioc_at_bankruptcy", "takeover_at_bankruptcy"]',
    '["cancel_orders", "incremental_rounds", "sell_collateral", "fund_zeroes_account"]',
)
RULEBOOKS = (
    "binance-usdm@2025-10-10",
    "binance-usdm@2025-10-10",
    "deribit-linear@2025-10-10",
)
"""Of the first venue, by its steps."""


def scenario(seed: int, seconds: int = 80) -> str:
    """Return a scenario drawn from a seed."""
    random = np.random.default_rng(10_000 + seed)

    def one(*choices: object) -> str:
        return str(random.choice(np.array(choices, object)))

    taken = TAKEN.format(
        price=("local_book", "index", "redemption")[seed % 3],
        other=one("local_book", "index", "redemption"),
        sale=one("book", "book", "fund"),
        order=("listed", "largest", "least_haircut")[seed // 3 % 3],
        slippage=one(2, 10, 100),
        discount=one(0, 5, 30),
        rest=one("account", "fund"),
        haircut=one("0%", "10%", "2%, 10% above $100k, 60% above $2M"),
    )
    steps = STEPS[seed % len(STEPS)]
    text = small_world.scenario(seed, seconds, RULEBOOKS[seed % len(RULEBOOKS)])
    text = text.replace(small_world.SUPPLIED, "")
    margin = "cross" if seed % len(RULEBOOKS) == 1 else "portfolio"
    text = re.sub(r'margin = "(cross|isolated)"', f'margin = "{margin}"', text)
    text = text.replace("[venue.fund]\n", f"{taken}", 1)
    text = text.replace("[venue.vault]\n", TAKEN_BY_VAULT, 1)
    text = text.replace(
        "[venue.fund]\n", f"[venue.liquidation]\nsteps = {steps}\n\n[venue.fund]\n", 1
    )
    brought = BROUGHT.format(most=one(60, 100))
    blocks = (
        ("longs", brought),
        ("gamblers", brought),
        ("desk", brought),
        ("hyper-longs", VAULT_BROUGHT),
    )
    for name, more in blocks:
        text = _with_tables(text, name, more)
    dollar = DOLLAR.format(size=one("$300", "$3k"), rate=one(2, 6), fall=one(-2, -15, -40))
    return text + dollar


def _with_tables(text: str, name: str, more: str) -> str:
    # Put tables at the end of the block of agent `name`.
    at = text.index(f'id = "{name}"\n')
    end = text.index("\n[[", at) + 1
    return text[:end] + more + text[end:]
