"""Liquidation, fund, vault and auto-deleveraging of a venue, as the plan holds them."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from unhedged.scenario.agents import AgentSpec
from unhedged.scenario.spec import Scenario, Venue
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.enums import (
    AdlPrice,
    AdlTrigger,
    DrawdownBase,
    FundPool,
    LiquidationStep,
    Reduction,
)
from unhedged.vocab.units import PPB, SECOND, parse_duration, parse_rate, parse_usd

T = TypeVar("T")

WITH_LEGS = (LiquidationStep.NET_HEDGED_LEGS,)
"""Steps that do nothing where every account holds one net position per contract."""


def or_book(own: T | None, book: Rulebook, path: str, read: Callable[[Any], T], default: T) -> T:
    """Return the scenario's value, else the rulebook's, else ``default`` of a venue that has no such thing."""
    if own is not None:
        return own
    value = book.value(path)
    return default if value is None else read(value)


def factor(value: float) -> int:
    """Return a plain factor as 10^-9, rounded to the nearest."""
    return round(value * PPB)


def steps_taken(
    venue: Venue, book: Rulebook, *, hedged: bool = False
) -> tuple[LiquidationStep, ...]:
    """Return the steps of a liquidation in their order; ``hedged`` says whether accounts hold two legs on a contract."""
    names = or_book(venue.liquidation.steps, book, "liquidation.steps", tuple, ())
    steps = (LiquidationStep[name.upper()] for name in names)
    return tuple(step for step in steps if hedged or step not in WITH_LEGS)


def is_meant(agent: AgentSpec, word: str) -> bool:
    """Return whether ``word`` stands for a block of agents: its id, a pattern of ids, or its kind."""
    return agent.kind == word or fnmatchcase(agent.id, word)


def exempt_of(scenario: Scenario, venue: Venue) -> tuple[str, ...]:
    """Return the ids of the blocks that ``venue`` leaves out of its ranking, in the order of the scenario."""
    words = venue.adl.exempt
    return tuple(a.id for a in scenario.agent if any(is_meant(a, word) for word in words))


def clearing_of(
    scenario: Scenario, venue: Venue, book: Rulebook, *, hedged: bool
) -> dict[str, Any]:
    """Return the fields of a `VenuePlan` that clearing reads; ``hedged`` as for `steps_taken`."""
    lends = book.value("margin.mode") != "none"
    steps = steps_taken(venue, book, hedged=hedged) if lends else ()
    return {
        "steps": steps,
        **_liquidation(venue, book, lends),
        **_houses(venue, book),
        **_adl(venue, book, lends),
        "adl_exempt": exempt_of(scenario, venue),
    }


def _liquidation(venue: Venue, book: Rulebook, lends: bool) -> dict[str, Any]:
    own = venue.liquidation

    def fact(path: str, read: Callable[[Any], Any], default: Any, given: Any = None) -> Any:
        return or_book(given, book, f"liquidation.{path}", read, default)

    return {
        "liquidation_on": own.enabled and lends,
        "at_equality": fact("boundary", str, "<") == "<=",
        "liquidation_fee_ppb": fact("fee", parse_rate, 0, own.fee),
        "fee_cap_ppb": fact("fee_cap", parse_rate, 0),
        "reduction": Reduction[fact("reduction", str, "ioc").upper()],
        "partial_above_lowest": fact("partial_above", str, "") == "lowest_tier",
        "tiers_at_once": fact("tiers_at_once", int, 1),
        "partial_from_tier": fact("partial_from_tier", int, 1),
        "leg_pause_ns": fact("leg_pause", parse_duration, 0),
        "slice_ppb": fact("slice", parse_rate, PPB, own.slice),
        "slice_above_usd": fact("slice_above", parse_usd, 0.0, own.slice_above),
        "cooldown_ns": fact("cooldown", parse_duration, 0, own.cooldown),
        "cooldown_waits": fact("cooldown_order", str, "") == "wait",
        "limit_below": fact("limit_side", str, "") == "below",
        "backstop_ppb": fact("backstop", parse_rate, 0, own.backstop),
        "throttle_usd": fact("throttle", parse_usd, 0.0, own.throttle),
        "throttle_interval_ns": fact(
            "throttle_interval", parse_duration, SECOND, own.throttle_interval
        ),
        "round_interval_ns": fact("round_interval", parse_duration, 0),
        "round_size_usd": fact("round_size", parse_usd, 0.0),
        "least_notional_usd": fact("least_notional", parse_usd, 0.0),
        "portion_ppb": fact("portion", parse_rate, PPB),
        "block_notional_usd": fact("block_notional", parse_usd, 0.0),
        "block_orders": fact("block_attempts", int, 0),
        "block_adl": or_book(None, book, "adl.block_attempts", int, 0),
        "block_lost_usd": or_book(None, book, "fund.block_limit", parse_usd, 0.0),
        "spread_ppb": fact("spread_factor", factor, 0),
        "shortfall_ppb": fact("shortfall_factor", factor, 0),
    }


def _houses(venue: Venue, book: Rulebook) -> dict[str, Any]:
    fund, vault = venue.fund, venue.vault
    interval = vault.interval if vault is not None else None
    takeover = vault.takeover if vault is not None else None
    pool = or_book(None, book, "fund.pool", str, "shared")
    return {
        "fund_start_usd": fund.start,
        "fund_pool": FundPool[pool.upper()],
        "fund_capacity_ppb": or_book(fund.capacity, book, "fund.capacity", parse_rate, PPB),
        "unwind_interval_ns": or_book(
            fund.unwind_interval, book, "fund.unwind_interval", parse_duration, 0
        ),
        "unwind_ppb": or_book(fund.unwind_share, book, "fund.unwind_share", parse_rate, 0),
        "socialised": "socialised" in book.value("waterfall.order", ()),
        "session_ns": or_book(fund.session, book, "waterfall.session", parse_duration, 0),
        "session_end_ns": or_book(None, book, "waterfall.session_end", parse_duration, 0),
        "vault_on": vault is not None,
        "vault_start_usd": vault.start if vault is not None else 0.0,
        "vault_interval_ns": or_book(interval, book, "vault.interval", parse_duration, 0),
        "takeover_interval_ns": or_book(takeover, book, "vault.takeover", parse_duration, 0),
    }


def _adl(venue: Venue, book: Rulebook, lends: bool) -> dict[str, Any]:
    trigger = or_book(venue.adl.trigger, book, "adl.trigger", str, "fund_cannot_hold")
    price = or_book(venue.adl.price, book, "adl.price", str, "bankruptcy")

    def fact(path: str, read: Callable[[Any], Any], default: Any) -> Any:
        return or_book(None, book, f"adl.{path}", read, default)

    return {
        "adl_on": venue.adl.enabled and lends and trigger != "none",
        "adl_trigger": AdlTrigger[trigger.upper()],
        "adl_policy": or_book(venue.adl.policy, book, "adl.policy", str, ""),
        "adl_price": AdlPrice["BANKRUPTCY" if price == "none" else price.upper()],
        "adl_at_limit": fact("boundary", str, "<") == "<=",
        "adl_walk": fact("walk", int, 0),
        "adl_sees": venue.adl.sees,
        "drawdown_limit_ppb": fact("drawdown_limit", parse_rate, 0),
        "drawdown_stop_ppb": fact("drawdown_stop", parse_rate, 0),
        "drawdown_window_ns": fact("drawdown_window", parse_duration, 0),
        "drawdown_base": DrawdownBase[fact("drawdown_base", str, "peak").upper()],
        "drawdown_least_usd": fact("drawdown_least", parse_usd, 0.0),
    }
