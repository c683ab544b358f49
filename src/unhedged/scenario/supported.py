"""Which rules of a venue the engine takes, so that a scenario with any other is refused before it runs.

A rulebook may describe more than is compiled: it can be read and compared at once, and used as soon as its steps exist.
"""

from collections.abc import Iterator

from unhedged.scenario.clearing import steps_taken
from unhedged.scenario.schedules import CONTRACTS
from unhedged.scenario.spec import Instrument, Venue
from unhedged.venues.rulebook import Rulebook, TierTable
from unhedged.vocab import registry
from unhedged.vocab.enums import AdlPrice, LiquidationStep, MarkForm
from unhedged.vocab.units import parse_duration, show_duration

READ = frozenset(
    {
        "adl.block_attempts",
        "adl.boundary",
        "adl.drawdown_base",
        "adl.drawdown_least",
        "adl.drawdown_limit",
        "adl.drawdown_stop",
        "adl.drawdown_window",
        "adl.policy",
        "adl.price",
        "adl.trigger",
        "adl.walk",
        "collateral.discount",
        "collateral.price",
        "collateral.rest",
        "collateral.sale",
        "collateral.sale_order",
        "collateral.slippage",
        "fees.maker",
        "fees.taker",
        "fund.block_limit",
        "fund.capacity",
        "fund.pool",
        "fund.unwind_interval",
        "fund.unwind_share",
        "funding.cap",
        "funding.cap_factor",
        "funding.cap_of_maintenance",
        "funding.clamp",
        "funding.dead_band",
        "funding.form",
        "funding.impact_margin",
        "funding.impact_notional",
        "funding.interest",
        "funding.interval",
        "funding.least_samples",
        "funding.premium_interval",
        "funding.price",
        "funding.weighting",
        "gateway.queue",
        "gateway.rate",
        "halt.move",
        "halt.pause",
        "halt.window",
        "index.combine",
        "index.delay",
        "index.least_sources",
        "index.outlier",
        "index.outlier_rule",
        "index.stale",
        "liquidation.backstop",
        "liquidation.block_attempts",
        "liquidation.block_notional",
        "liquidation.boundary",
        "liquidation.cooldown",
        "liquidation.cooldown_order",
        "liquidation.fee",
        "liquidation.fee_cap",
        "liquidation.fee_in_ratio",
        "liquidation.least_notional",
        "liquidation.leg_pause",
        "liquidation.limit_side",
        "liquidation.partial_above",
        "liquidation.partial_from_tier",
        "liquidation.portion",
        "liquidation.reduction",
        "liquidation.round_interval",
        "liquidation.round_size",
        "liquidation.shortfall_factor",
        "liquidation.slice",
        "liquidation.slice_above",
        "liquidation.spread_factor",
        "liquidation.steps",
        "liquidation.throttle",
        "liquidation.throttle_interval",
        "liquidation.tiers_at_once",
        "margin.mode",
        "margin.schedule",
        "mark.band",
        "mark.basis_window",
        "mark.book_ema",
        "mark.ema",
        "mark.form",
        "mark.interval",
        "mark.limit",
        "mark.significant",
        "oracle.combine",
        "oracle.delay",
        "oracle.least_sources",
        "oracle.stale",
        "portfolio.base",
        "portfolio.form",
        "portfolio.liquidation",
        "portfolio.range",
        "transfers.delay",
        "vault.interval",
        "vault.takeover",
        "waterfall.order",
        "waterfall.session",
        "waterfall.session_end",
    }
)
"""Rules whose value reaches the engine; those per instrument aside. Another reading of any other rule would change nothing."""
STARTS_TAKEOVER = (LiquidationStep.BACKSTOP_TAKEOVER, LiquidationStep.TAKEOVER_AT_CLOSE_OUT)
"""Takeovers at a line that the step before watches."""
WATCHES = (
    LiquidationStep.SLICE_WITH_COOLDOWN,
    LiquidationStep.IOC_AT_ZERO_PRICE,
    LiquidationStep.INCREMENTAL_ROUNDS,
)
ENDS = (
    *STARTS_TAKEOVER,
    LiquidationStep.TAKEOVER_AT_BANKRUPTCY,
    LiquidationStep.FUND_ZEROES_ACCOUNT,
    LiquidationStep.IOC_AT_FILLABLE_PRICE,
)
"""Steps that end a case one way or the other; any other needs one after it."""
FLATTENS = (LiquidationStep.INCREMENTAL_ROUNDS,)
"""Steps that go on only once the account holds nothing: what it owes is then its cash."""
NEEDED = {
    LiquidationStep.INCREMENTAL_ROUNDS: ("liquidation.round_interval", "liquidation.round_size")
}
"""Rules a step cannot do without: a round that takes no time would never end."""
STEPS_MAX = 8
DELAY_MOST = parse_duration("4s")
"""Feeds keep at least so much of the past: an index cannot look farther back."""


def names(choices: type[MarkForm] | type[AdlPrice]) -> list[str]:
    """Return the words a scenario uses for the members of ``choices``."""
    return [choice.name.lower() for choice in choices]


def unsupported(venue: Venue, book: Rulebook) -> Iterator[tuple[str, str]]:
    """Yield key and reason of each rule that ``venue`` takes from ``book`` and the engine does not know."""
    for path, fact in book.facts.items():
        if fact.reading and path not in READ:
            yield f"readings.{path}", f"{path} as {fact.reading}"
    if book.value("margin.mode") == "none":
        return
    if venue.liquidation.enabled:
        yield from _steps(venue, book)
    form = venue.mark.form or book.value("mark.form", "mid")
    if form not in names(MarkForm):
        yield "mark.form", f"mark form {form}"
    price = book.value("margin.price", "mark")
    if venue.mark.form is None and price not in ("mark", form):  # the mark may be the oracle
        yield "mark.form", f"margins at {price} where the mark is {form}"
    trigger = venue.adl.trigger or book.value("adl.trigger")
    if venue.adl.enabled and trigger != "none":
        if trigger == "drawdown" and book.value("adl.drawdown_base") == "average":
            yield "adl.trigger", "a drawdown from an average"
        policy = venue.adl.policy or book.value("adl.policy", "")
        if registry.known("adl") and not registry.is_known("adl", policy):
            yield "adl.policy", f"ADL policy {policy}"
        price = venue.adl.price or book.value("adl.price", "bankruptcy")
        if price not in names(AdlPrice):
            yield "adl.price", f"ADL price {price}"
    yield from _delay(venue, book)


def _steps(venue: Venue, book: Rulebook) -> Iterator[tuple[str, str]]:
    steps = steps_taken(venue, book)
    fault = fault_of(steps)
    if fault:
        yield "liquidation.steps", fault
    for step in steps:
        lacking = [path for path in NEEDED.get(step, ()) if book.value(path) is None]
        if lacking:
            yield "liquidation.steps", f"{step.name.lower()} without {' and '.join(lacking)}"


def fault_of(steps: tuple[LiquidationStep, ...]) -> str:
    """Return why a case cannot run through ``steps``; nothing where it can."""
    if not steps:
        return "no steps of a liquidation"
    if len(steps) > STEPS_MAX:
        return f"more than {STEPS_MAX} steps of a liquidation"
    for n, step in enumerate(steps):
        last = n == len(steps) - 1
        name = step.name.lower()
        if (step in ENDS) != last:
            return (
                f"a liquidation that goes on after {name}"
                if not last
                else f"a liquidation that ends with {name}"
            )
        before = steps[n - 1] if n else None
        if step in STARTS_TAKEOVER and before not in WATCHES:
            return f"{name} without rounds before it"
        if step == LiquidationStep.FUND_ZEROES_ACCOUNT and not set(FLATTENS) & set(steps[:n]):
            return f"{name} before the account is flat"
    return ""


def _delay(venue: Venue, book: Rulebook) -> Iterator[tuple[str, str]]:
    delay = venue.index.delay
    if delay is None:
        delay = parse_duration(book.value("oracle.delay", book.value("index.delay", "0s")))
    if delay > DELAY_MOST:
        yield (
            "index.delay",
            f"sources seen {show_duration(delay)} late, feeds keep {show_duration(DELAY_MOST)}",
        )


def unsupported_tiers(instrument: Instrument, book: Rulebook) -> str:
    """Return why the engine cannot take the table of ``book`` an instrument names; nothing where it can."""
    table = book.table(instrument.tiers) if isinstance(instrument.tiers, str) else None
    if table is None:
        return ""
    if table.form == "slope" and instrument.kind == "inverse":
        return "its rates grow with coins, and an inverse contract is counted in dollars"
    by_brackets = table.form in ("marginal", "whole_position") and table.unit != "USD"
    return _by_contracts(table) if by_brackets else ""


def _by_contracts(table: TierTable) -> str:
    if table.unit != CONTRACTS:
        return f"its tiers are in {table.unit}"
    if not table.contract:
        return "its tiers are in contracts whose size is not stated"
    if table.form == "marginal":
        return "its tiers are in contracts: what keeps a marginal schedule continuous would move with the price"
    return ""
