"""Steps of a liquidation in words, and the facts a rulebook that lists a step must state with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from unhedged.venues import rulebook
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.enums import LiquidationStep


@dataclass(frozen=True, slots=True)
class StepWords:
    """What a step is, and the paths of its parameters."""

    words: str
    needs: tuple[str, ...] = ()


STEPS: Mapping[LiquidationStep, StepWords] = {
    LiquidationStep.CANCEL_ORDERS: StepWords(
        "open orders of the account (cross) or of the contract (isolated) are cancelled"
    ),
    LiquidationStep.NET_HEDGED_LEGS: StepWords(
        "long and short legs on one contract are closed against each other", ("margin.hedge",)
    ),
    LiquidationStep.IOC_AT_BANKRUPTCY: StepWords(
        "one IOC order per position with its limit at the bankruptcy price",
        ("liquidation.order", "liquidation.sizing"),
    ),
    LiquidationStep.ORDERS_ON_ALL_LEGS: StepWords(
        "orders on every leg at once; what expires waits for a pause",
        ("liquidation.order", "liquidation.leg_pause"),
    ),
    LiquidationStep.DROP_TIERS: StepWords(
        "what lies above a lower tier is closed, until the lowest tier is reached",
        ("liquidation.reduction", "liquidation.tiers_at_once", "liquidation.partial_from_tier"),
    ),
    LiquidationStep.REDUCE_TO_LOWEST_TIER: StepWords(
        "everything above the lowest tier is closed at once", ("liquidation.reduction",)
    ),
    LiquidationStep.SLICE_WITH_COOLDOWN: StepWords(
        "a share of a large position is closed, all of a small one or inside the pause",
        (
            "liquidation.slice",
            "liquidation.slice_above",
            "liquidation.cooldown",
            "liquidation.cooldown_order",
        ),
    ),
    LiquidationStep.INCREMENTAL_ROUNDS: StepWords(
        "small orders, one after the other, until margin suffices",
        ("liquidation.round_interval", "liquidation.round_size", "liquidation.round_target"),
    ),
    LiquidationStep.IOC_AT_FILLABLE_PRICE: StepWords(
        "one IOC order whose limit worsens with the shortfall",
        (
            "liquidation.limit_price",
            "liquidation.spread_factor",
            "liquidation.shortfall_factor",
            "liquidation.least_notional",
            "liquidation.portion",
            "liquidation.block_notional",
        ),
    ),
    LiquidationStep.IOC_AT_ZERO_PRICE: StepWords(
        "one IOC order per position at the price that leaves the margin ratio unchanged",
        ("liquidation.limit_price",),
    ),
    LiquidationStep.SELL_COLLATERAL: StepWords(
        "assets posted as collateral are sold until the money alone carries the margin",
        ("collateral.sale", "collateral.sale_order", "collateral.slippage", "collateral.discount"),
    ),
    LiquidationStep.BACKSTOP_TAKEOVER: StepWords(
        "below a share of maintenance a vault takes positions and margin over",
        ("liquidation.backstop", "liquidation.backstop_boundary"),
    ),
    LiquidationStep.TAKEOVER_AT_BANKRUPTCY: StepWords(
        "the venue takes the position over at its bankruptcy price"
    ),
    LiquidationStep.TAKEOVER_AT_CLOSE_OUT: StepWords(
        "below close-out margin the fund takes the position over", ("margin.close_out",)
    ),
    LiquidationStep.FUND_ZEROES_ACCOUNT: StepWords(
        "the fund fills a bankrupt account up to nothing"
    ),
}
"""Every step; margin is checked again after each."""


def steps_of(book: Rulebook) -> list[LiquidationStep]:
    """Return the steps of a rulebook's ladder, in the venue's order."""
    return [LiquidationStep[name.upper()] for name in book.value("liquidation.steps", [])]


def users_of(step: LiquidationStep) -> dict[str, tuple[str, ...]]:
    """Return the rulebooks whose ladder takes a step, each with its ladder; other readings as ``id as "reading"``."""
    found: dict[str, tuple[str, ...]] = {}
    for book in map(rulebook.load, rulebook.available()):
        fact = book.facts.get("liquidation.steps")
        if fact is None:
            continue
        ladders = {book.id: fact.value}
        ladders |= {f'{book.id} as "{name}"': way.value for name, way in fact.alternatives.items()}
        found |= {who: tuple(way) for who, way in ladders.items() if step.name.lower() in way}
    return found


def show(step: LiquidationStep) -> str:
    """Return the page of a step: what it does, the facts a rulebook states with it, and the ladders it stands in."""
    name, words = step.name.lower(), STEPS[step]
    lines = [f"{name} · step of a liquidation", f"{words.words[0].upper()}{words.words[1:]}."]
    lines += ["Margin is checked again after it; an account that is safe again trades on.", ""]
    lines.append(f"Parameters    {', '.join(words.needs) or 'none'}")
    for n, (who, ladder) in enumerate(users_of(step).items()):
        place = f"step {ladder.index(name) + 1} of {len(ladder)}"
        lines.append(f"{'' if n else 'Taken by':<14}{who}: {place}")
    lines.append("Ladders       unhedged rules show RULEBOOK liquidation")
    return "\n".join(lines) + "\n"


def missing_parameters(book: Rulebook) -> Iterator[str]:
    """Yield the paths of facts that the steps of ``book``, other readings included, need and it does not state."""
    fact = book.facts.get("liquidation.steps")
    readings = [] if fact is None else [fact, *fact.alternatives.values()]
    for reading in readings:
        for name in reading.value:
            for path in STEPS[LiquidationStep[name.upper()]].needs:
                if path not in book.facts:
                    yield path


def first_difference(ours: Sequence[LiquidationStep], theirs: Sequence[LiquidationStep]) -> str:
    """Return the step at which two ladders part, in words; nothing where they take the same steps."""
    for n in range(max(len(ours), len(theirs))):
        pair = [ladder[n].name.lower() if n < len(ladder) else "none" for ladder in (ours, theirs)]
        if pair[0] != pair[1]:
            return f"step {n + 1}: {pair[0]} against {pair[1]}"
    return ""
