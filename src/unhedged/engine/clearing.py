"""What a venue's clearing reads, from the plan into its row of the table of venues."""

from typing import Any

import numpy as np

from unhedged.adl.random_start import RandomStart
from unhedged.adl.scores import SCORES
from unhedged.engine.money import Money
from unhedged.kernels.compiled import ByAddress
from unhedged.kernels.memory import Memory
from unhedged.scenario.plan import VenuePlan
from unhedged.vocab.enums import AdlDecision
from unhedged.vocab.registry import pick

STANDING = 128
"""Winners of a contract kept for the next ranking of the same instant; most rankings close one or two."""
CHANGED = 512
"""Accounts that may change before they are forgotten: each is looked at again in every ranking."""
SAME = (
    "adl_at_limit", "adl_on", "adl_price", "adl_trigger", "adl_walk", "backstop_ppb", "block_adl", "block_orders",
    "cooldown_waits", "limit_below",
    "drawdown_base", "drawdown_limit_ppb", "drawdown_stop_ppb", "fee_cap_ppb", "fund_capacity_ppb", "fund_pool", "liquidation_fee_ppb", "liquidation_on",
    "portion_ppb", "reduction", "shortfall_ppb", "slice_ppb", "socialised", "spread_ppb", "tiers_at_once", "unwind_ppb",
)  # fmt: skip
"""Fields of the plan that are columns by the same name."""
TIMES = (
    "cooldown", "drawdown_window", "leg_pause", "round_interval", "session", "takeover_interval", "throttle_interval",
    "unwind_interval",
)  # fmt: skip
"""Columns whose field ends in ``_ns``."""
MONEY = (
    "block_lost", "block_notional", "drawdown_least", "fund_start", "least_notional", "round_size", "slice_above",
    "throttle",
)  # fmt: skip
"""Columns in atoms whose field is in dollars, ``_usd``."""


def fill_clearing(row: Any, venue: VenuePlan, money: Money) -> None:
    """Write the rules of ``venue``'s clearing to its row, amounts in its ``money``."""
    for name in SAME:
        row[name] = getattr(venue, name)
    for name in TIMES:
        row[name] = getattr(venue, f"{name}_ns")
    for name in MONEY:
        row[name] = money.atoms(getattr(venue, f"{name}_usd"))
    row["inclusive"] = venue.at_equality
    row["partial_above"] = venue.partial_above_lowest
    row["partial_from"] = max(0, venue.partial_from_tier - 1)
    row["vault_interval"] = venue.vault_interval_ns if venue.vault_on else 0
    row["step"] = -1
    row["step"][: len(venue.steps)] = venue.steps
    row["steps"] = len(venue.steps)
    row["peak"] = row["fund_start"]
    if venue.adl_on:
        fill_policy(row, pick("adl", venue.adl_policy))


def fill_standing(memory: Memory) -> None:
    """Let winners that stood first be kept for the next case of the instant where the score looks at their own account alone."""
    table = memory["instrument"]
    table["first_standing"] = STANDING * np.arange(len(table))
    table["standing_room"] = np.where(memory["venue"]["adl_own"][table["venue"]], STANDING, 0)


def fill_policy(row: Any, policy: Any) -> None:
    """Write how winners are found: by a compiled score, from a random start, or by a function in Python."""
    if isinstance(policy, ByAddress):
        row["adl_decision"] = AdlDecision.SCORE
        row["adl_score"] = policy.address
        row["adl_own"] = any(policy is one for one in SCORES.values())
    elif isinstance(policy, RandomStart):
        row["adl_decision"] = AdlDecision.RANDOM_START
    else:
        row["adl_decision"] = AdlDecision.PYTHON
