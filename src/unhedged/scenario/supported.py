"""Which rules of a venue the engine takes, so that a scenario with any other is refused before it runs.

A rulebook may describe more than is compiled: it can be read and compared at once, and used as soon as its steps exist.
"""

from collections.abc import Iterator

from unhedged.scenario.spec import Instrument, Venue
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab import registry
from unhedged.vocab.enums import AdlPrice, LiquidationLadder, MarkForm
from unhedged.vocab.units import parse_duration, show_duration

READ = frozenset(
    {
        "adl.policy",
        "adl.price",
        "fees.maker",
        "fees.taker",
        "fund.capacity",
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
        "index.combine",
        "index.delay",
        "index.least_sources",
        "index.outlier",
        "index.outlier_rule",
        "index.stale",
        "liquidation.backstop",
        "liquidation.cooldown",
        "liquidation.fee",
        "liquidation.ladder",
        "liquidation.slice",
        "liquidation.slice_above",
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
        "transfers.delay",
        "vault.interval",
        "vault.takeover",
    }
)
"""Rules whose value reaches the engine; those per instrument aside. Another reading of any other rule would change nothing."""
TAKEN = {
    "liquidation.boundary": ("<",),
    "margin.price": ("mark",),
    "adl.trigger": ("fund_cannot_hold", "negative_equity"),
}
"""What the compiled ladders assume; a scenario that names a ladder itself takes that with it."""
DELAY_MOST = parse_duration("4s")
"""Feeds keep at least so much of the past: an index cannot look farther back."""


def names(choices: type[LiquidationLadder] | type[MarkForm] | type[AdlPrice]) -> list[str]:
    """Return the words a scenario uses for the members of ``choices``."""
    return [choice.name.lower() for choice in choices]


def unsupported(venue: Venue, book: Rulebook) -> Iterator[tuple[str, str]]:
    """Yield key and reason of each rule that ``venue`` takes from ``book`` and the engine does not know."""
    for path, fact in book.facts.items():
        if fact.reading and path not in READ:
            yield f"readings.{path}", f"{path} as {fact.reading}"
    if book.value("margin.mode") == "none":
        return
    form = venue.mark.form or book.value("mark.form", "mid")
    ladder = venue.liquidation.ladder or book.value("liquidation.ladder")
    if venue.liquidation.enabled and ladder not in names(LiquidationLadder):
        steps = " → ".join(book.value("liquidation.steps", ["none stated"]))
        yield "liquidation.ladder", f"no compiled ladder takes the steps {steps}"
    elif venue.liquidation.enabled and venue.liquidation.ladder is None:
        for path, allowed in TAKEN.items():
            value = book.value(path, allowed[0])
            same = path == "margin.price" and value == form == "oracle"  # the mark is the oracle
            if value not in allowed and not same:
                yield "liquidation.ladder", f"{path} {value}"
    if form not in names(MarkForm):
        yield "mark.form", f"mark form {form}"
    if venue.adl.enabled:
        policy = venue.adl.policy or book.value("adl.policy", "")
        if registry.known("adl") and not registry.is_known("adl", policy):
            yield "adl.policy", f"ADL policy {policy}"
        price = venue.adl.price or book.value("adl.price", "bankruptcy")
        if price not in names(AdlPrice):
            yield "adl.price", f"ADL price {price}"
    yield from _delay(venue, book)


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
    if table.form != "marginal":
        return f"its schedule is {table.form.replace('_', ' ')}"
    return "" if table.unit == "USD" else f"its tiers are in {table.unit}"
