"""What a rulebook may say: every fact by its path, in chapters, with the kind of its value and what it means.

A path that is not here is a spelling mistake. ``name.*`` stands for facts per instrument or asset, whose names are free.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from unhedged.vocab import units
from unhedged.vocab.enums import (
    CollateralOrder,
    CollateralSale,
    FundingForm,
    FundingPrice,
    IndexCombine,
    InstrumentKind,
    LiquidationStep,
    LossSource,
    MarginMode,
    OutlierRule,
)
from unhedged.vocab.errors import ScenarioError

BOUNDARIES = ("<", "<=", ">", ">=")
STEPS = tuple(step.name.lower() for step in LiquidationStep)
POSITION_MODES = ("one_way", "hedge")
CONTRACTS = tuple(kind.name.lower() for kind in InstrumentKind if kind != InstrumentKind.SPOT)
PAYERS = tuple(source.name.lower() for source in LossSource)
MODES = tuple(mode.name.lower() for mode in MarginMode)
SALES = tuple(sale.name.lower() for sale in CollateralSale)
SALE_ORDERS = tuple(order.name.lower() for order in CollateralOrder)
COMBINES = tuple(combine.name.lower() for combine in IndexCombine)
OUTLIERS = tuple(rule.name.lower() for rule in OutlierRule)
FUNDING_FORMS = tuple(form.name.lower() for form in FundingForm)
FUNDING_PRICES = tuple(price.name.lower() for price in FundingPrice)
SCHEDULES = ("marginal", "whole_position", "risk_limit_steps", "slope", "fraction")
"""How a margin schedule reads: rate on the part inside each tier; one rate on everything; a step up per stretch of size; a rate
that grows with size; one rate."""
TRIGGERS = ("fund_cannot_hold", "fund_empty", "drawdown", "rapid_drop", "negative_equity", "none")
CONFIDENCES = ("verified", "mirrored", "secondary", "unverified")
"""How well a value is known: read at the venue; read in a copy; told by others; assumed."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a rulebook may say."""

    kind: str | tuple[str, ...]  # a kind of KINDS, or the words to choose from
    words: str


def _expect(holds: bool, value: Any, words: str) -> None:
    if not holds:
        raise ScenarioError(f"{value!r} cannot be read.", value=value, allowed=f"Expected {words}.")


def _text(value: Any) -> None:
    _expect(isinstance(value, str) and bool(value.strip()), value, "a text")


def _count(value: Any) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    _expect(whole and value >= 0, value, "a whole number")


def _factor(value: Any) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    _expect(number and math.isfinite(value), value, "a number")


def _flag(value: Any) -> None:
    _expect(isinstance(value, bool), value, "true or false")


def _messages(value: Any) -> None:
    number, per, _ = value.partition("/s") if isinstance(value, str) else ("", "", "")
    known = bool(per) and number.replace("_", "").isdigit()
    _expect(known, value, "messages a second, such as '2_000/s'")


def _list_of(words: tuple[str, ...]) -> Callable[[Any], None]:
    def read(value: Any) -> None:
        known = isinstance(value, list) and all(word in words for word in value)
        once = known and len(set(value)) == len(value)
        _expect(once, value, f"a list, each at most once, of: {', '.join(words)}")

    return read


KINDS: Mapping[str, Callable[[Any], Any]] = {
    "rate": units.parse_rate,
    "time": units.parse_duration,
    "money": units.parse_usd,
    "price": units.parse_price,
    "count": _count,
    "factor": _factor,
    "flag": _flag,
    "text": _text,
    "formula": _text,
    "messages": _messages,
    "steps": _list_of(STEPS),
    "contracts": _list_of(CONTRACTS),
    "position_modes": _list_of(POSITION_MODES),
    "payers": _list_of(PAYERS),
}
"""Kind of value: what reads it and raises when it cannot."""

CHAPTERS: Mapping[str, Mapping[str, Term]] = {
    "fees": {
        "maker": Term("rate", "fee of a resting order; negative is a rebate"),
        "taker": Term("rate", "fee of an incoming order"),
    },
    "tick": {"*": Term("price", "smallest price step, quote")},
    "lot": {"*": Term("price", "smallest size step, base units")},
    "margin": {
        "mode": Term(MODES, "what secures a position of an ordinary account"),
        "modes": Term("text", "modes the venue offers"),
        "contracts": Term("contracts", "kinds of perpetuals; linear alone where it is left out"),
        "price": Term(("mark", "oracle"), "price positions are valued at"),
        "schedule": Term(SCHEDULES, "how tiers are read"),
        "initial": Term("formula", "initial margin"),
        "maintenance": Term("formula", "maintenance margin"),
        "close_out": Term("formula", "close-out margin, below maintenance"),
        "ratio": Term("formula", "margin ratio as the venue prints it"),
        "hedge": Term("text", "long and short legs on one contract"),
        "position_modes": Term(
            "position_modes",
            "one net position a contract, or two legs; one way alone where it is left out",
        ),
        "withdrawal": Term("rate", "equity that must stay when margin leaves, share of notional"),
    },
    "collateral": {
        "assets": Term("text", "what counts as collateral"),
        "price": Term(("local_book", "index", "redemption"), "price of non-cash collateral"),
        "schedule": Term(("flat", "marginal"), "one ratio, or falling with the amount"),
        "exchange_below": Term("money", "balance at which a negative asset is bought back"),
        "exchange_ltv": Term("rate", "loan to value at which it is bought back"),
        "sale": Term(SALES, "how collateral becomes money when an account is liquidated"),
        "sale_order": Term(SALE_ORDERS, "which asset is sold first"),
        "slippage": Term("rate", "farthest below its price an order may sell it"),
        "discount": Term("rate", "by which the fund pays less than its price"),
        "rest": Term(("account", "fund"), "who keeps what is left after a takeover"),
    },
    "collateral_ratio": {"*": Term("rate", "share of its price that counts as collateral")},
    "portfolio": {
        "form": Term(("unified_ratio", "borrow_ratio", "grid"), "how it is computed"),
        "equity": Term("formula", "equity in portfolio margin"),
        "requirement": Term("formula", "maintenance in portfolio margin"),
        "base": Term("money", "constant that is added to the requirement"),
        "ratio": Term("formula", "the ratio that is watched"),
        "boundary": Term(BOUNDARIES, "liquidated when ratio … liquidation level"),
        "reminder": Term("rate", "level of the first warning"),
        "reduce_only": Term("rate", "level below which positions may only shrink"),
        "liquidation": Term("rate", "level of liquidation"),
        "range": Term("rate", "price moves scanned, up and down"),
        "buckets": Term("count", "price moves in the range"),
        "far_moves": Term("text", "extended price moves"),
        "entry": Term("text", "who may use it"),
    },
    "liquidation": {
        "trigger": Term("formula", "an account is liquidated when"),
        "boundary": Term(BOUNDARIES, "comparison in the trigger"),
        "steps": Term("steps", "what the venue does, in order"),
        "reduction": Term(
            ("ioc", "fill_or_kill", "takeover"), "how the part above a lower tier is closed"
        ),
        "order": Term("text", "kind of liquidation order"),
        "sizing": Term("text", "size of a liquidation order"),
        "limit_price": Term("formula", "limit of a liquidation order"),
        "limit_side": Term(
            ("worse", "below"),
            "where it lies: worse than the price for the account, or below it always",
        ),
        "fee": Term("rate", "clearance fee on what a liquidation order filled"),
        "fee_cap": Term("rate", "largest clearance fee on what was filled"),
        "fee_in_ratio": Term("flag", "the closing fee counts as maintenance"),
        "fee_to": Term("text", "who receives the clearance fee"),
        "returned": Term("text", "what returns to the account"),
        "meanwhile": Term("text", "what the account may do meanwhile"),
        "tiers_at_once": Term("count", "tiers dropped per step"),
        "partial_from_tier": Term("count", "lowest tier that is reduced rather than taken over"),
        "partial_above": Term(
            ("lowest_tier",), "a part is closed only while equity is above what this asks"
        ),
        "leg_pause": Term("time", "pause after orders on all legs expired"),
        "slice": Term("rate", "share of a position closed per step"),
        "slice_above": Term("money", "notional above which a step is sliced"),
        "cooldown": Term("time", "pause after a slice"),
        "cooldown_order": Term(
            ("entire_position", "wait"), "order inside the pause; none, and then a slice"
        ),
        "backstop": Term("rate", "share of maintenance below which a vault takes over"),
        "backstop_boundary": Term(BOUNDARIES, "comparison of equity with that share"),
        "round_interval": Term("time", "between rounds"),
        "round_size": Term("money", "largest order of a round"),
        "round_target": Term("text", "order of instruments and what ends the rounds"),
        "least_notional": Term("money", "smallest liquidation order, notional"),
        "portion": Term("rate", "largest share of a position per order"),
        "block_notional": Term("money", "largest notional per account and block"),
        "block_attempts": Term("count", "liquidations per block"),
        "spread_factor": Term("factor", "spread to maintenance ratio in the limit price"),
        "shortfall_factor": Term("factor", "how fast the limit worsens with the shortfall"),
        "throttle": Term("money", "notional its orders may close in a contract per interval"),
        "throttle_interval": Term("time", "that interval"),
        "position_pick": Term("text", "which position first"),
        "processing_order": Term("text", "which account first"),
    },
    "halt": {
        "move": Term("rate", "move of a mark within the window above which its book halts"),
        "window": Term("time", "how far back moves count"),
        "pause": Term("time", "how long a book halts"),
    },
    "fund": {
        "scope": Term("text", "which losses share a fund"),
        "pool": Term(("shared", "per_symbol"), "the same, as the engine takes it"),
        "size": Term("money", "balance on the day"),
        "capacity": Term("rate", "net notional it may hold, share of its equity"),
        "unwind_interval": Term("time", "between orders that work positions off"),
        "unwind_share": Term("rate", "share of a position worked off per order"),
        "income": Term("text", "what it receives"),
        "refresh": Term("text", "how often its balance is stated"),
        "block_limit": Term("money", "largest draw per account and block"),
        "block_boundary": Term(BOUNDARIES, "comparison in that limit"),
    },
    "vault": {
        "interval": Term("time", "between ticks of its ADL"),
        "takeover": Term("time", "between ticks at which it takes over"),
        "treatment": Term("text", "how the vault is treated in ADL and limits"),
    },
    "adl": {
        "trigger": Term(TRIGGERS, "what starts auto-deleveraging"),
        "trigger_formula": Term("formula", "the same as a formula"),
        "boundary": Term(BOUNDARIES, "comparison in the trigger"),
        "stop": Term("formula", "what ends it"),
        "drawdown_limit": Term("rate", "change of the pool at which it starts"),
        "drawdown_stop": Term("rate", "change of the pool at which it ends"),
        "drawdown_window": Term("time", "how far back the reference looks"),
        "drawdown_base": Term(("peak", "average"), "reference of the drawdown"),
        "drawdown_least": Term(
            "money", "balance above which a drawdown counts; lowest line of a rapid drop"
        ),
        "amount": Term("text", "how much is closed"),
        "policy": Term("text", "registered id of the score"),
        "score": Term("formula", "rank, highest closed first"),
        "side": Term("text", "who is ranked"),
        "excluded": Term("text", "who is left out"),
        "price": Term(
            ("bankruptcy", "mark", "previous_mark", "oracle", "oracle_or_bankruptcy", "none"),
            "price at which winners are closed",
        ),
        "price_detail": Term("text", "how that price is found"),
        "partial_last": Term("flag", "the last account is closed in part"),
        "cancels_orders": Term("flag", "open orders of a deleveraged account go"),
        "fee": Term("text", "fees of the forced close"),
        "ties": Term("text", "order at equal scores"),
        "lights": Term("text", "what an account is shown of its rank"),
        "lights_interval": Term("time", "between updates of the lights"),
        "walk": Term("count", "accounts looked at per event"),
        "block_attempts": Term("count", "events per block"),
    },
    "waterfall": {
        "order": Term("payers", "who pays for a loss, in order"),
        "socialised": Term("text", "how a socialised loss is shared"),
        "session": Term(
            "time", "between times at which winners pay what the fund is short of; 0s at once"
        ),
        "session_end": Term("time", "such a time after midnight UTC"),
        "history": Term("text", "how far it ever went"),
    },
    "index": {
        "sources": Term("text", "markets it looks at"),
        "combine": Term(COMBINES, "how they are combined"),
        "outlier": Term("rate", "distance from the median that counts as outlying"),
        "outlier_rule": Term(
            OUTLIERS, "an outlier is left out, more than one give the median; or moved to the bound"
        ),
        "stale": Term("time", "age at which a source is left out; with none left the index stays"),
        "least_sources": Term("count", "sources needed; with fewer the index stays"),
        "delay": Term("time", "age of what it sees of its sources"),
    },
    "oracle": {
        "sources": Term("text", "markets it looks at, with weights"),
        "combine": Term(("weighted_median", "median"), "how they are combined"),
        "left_out": Term("text", "sources that are left out, and when"),
        "stale": Term("time", "age at which a source is left out; with none left the oracle stays"),
        "least_sources": Term("count", "sources needed; with fewer the oracle stays"),
        "delay": Term("time", "age of what it sees of its sources"),
    },
    "mark": {
        "form": Term("text", "named form of the mark"),
        "formula": Term("formula", "mark price"),
        "interval": Term("time", "between updates"),
        "basis_window": Term("time", "window of the mean basis"),
        "basis_interval": Term("time", "between samples of the basis"),
        "ema": Term("time", "time constant of the averaged basis"),
        "book_ema": Term("time", "time constant of the average that stands in for a missing part"),
        "band": Term("rate", "orders farther from mark are refused"),
        "limit": Term("rate", "largest distance of mark from index; 0% for none"),
        "significant": Term("count", "figures a price may have"),
        "fallback": Term("text", "what is used when a part is missing"),
        "dated": Term("formula", "mark of dated contracts"),
    },
    "funding": {
        "form": Term(FUNDING_FORMS, "form of the rate"),
        "formula": Term("formula", "rate per interval; positive is paid by longs"),
        "premium": Term("formula", "one sample of the premium"),
        "interval": Term("time", "between settlements"),
        "intervals": Term("text", "other intervals and stamps"),
        "premium_interval": Term("time", "between samples"),
        "weighting": Term(("equal", "rising"), "weight of the samples of an interval"),
        "interest": Term("rate", "interest component per eight hours"),
        "isolated_interest": Term("rate", "interest of isolated markets per hour"),
        "clamp": Term("rate", "bound of interest minus premium"),
        "dead_band": Term("rate", "premium inside which nothing is paid"),
        "cap": Term("rate", "bound of the rate per interval; with dead_band per 8 h"),
        "cap_of_maintenance": Term("rate", "the same as share of the lowest maintenance rate"),
        "cap_factor": Term(
            "factor", "the same as factor of initial less maintenance rate, per 8 h"
        ),
        "impact_margin": Term("money", "margin whose notional the impact prices are for"),
        "impact_notional": Term("money", "notional the impact prices are for"),
        "price": Term(FUNDING_PRICES, "price of the payment"),
        "tolerance": Term("text", "who pays around the stamp"),
        "least_samples": Term("count", "votes a sample needs; missing ones count as zero"),
    },
    "funding_cap": {"*": Term("rate", "bound of the rate per interval, by instrument")},
    "impact_notional": {"*": Term("money", "notional of the impact prices, by instrument")},
    "gateway": {
        "rate": Term("messages", "messages a second"),
        "queue": Term("count", "messages that may wait"),
    },
    "transfers": {"delay": Term("time", "cash between venues")},
}
"""Chapters in reading order."""


def term(path: str) -> Term | None:
    """Return what the fact at ``path`` means, or ``None`` where a rulebook has no such thing."""
    chapter, _, name = path.partition(".")
    room = CHAPTERS.get(chapter, {})
    return room.get(name) or (room.get("*") if name else None)


def fault(path: str, value: Any) -> str:
    """Return what is wrong with ``value`` at ``path``, or nothing."""
    known = term(path)
    if known is None:
        return "is not a rule of a rulebook"
    if isinstance(known.kind, tuple):
        return "" if value in known.kind else f"is {value!r}, not one of {', '.join(known.kind)}"
    try:
        KINDS[known.kind](value)
    except ScenarioError as error:
        return f"is wrong: {' '.join(part for part in (error.what, error.allowed) if part)}"
    return ""
