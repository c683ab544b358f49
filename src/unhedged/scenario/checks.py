"""Checks between blocks: names that must exist, values that are fine alone and impossible together."""

from collections.abc import Iterator
from itertools import pairwise

from unhedged.scenario import imported
from unhedged.scenario.check_agents import ON_PATH, check_agents
from unhedged.scenario.check_settlement import check_settlement
from unhedged.scenario.clearing import is_meant
from unhedged.scenario.collateral import check_venue
from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.problems import known, place
from unhedged.scenario.spec import Instrument, Scenario, Venue
from unhedged.scenario.supported import unsupported, unsupported_tiers
from unhedged.scenario.tiers import Tier, TierTable, brackets_of
from unhedged.venues import rulebook
from unhedged.vocab import registry
from unhedged.vocab.errors import InconsistentRules, ScenarioError, UnknownKind
from unhedged.vocab.units import PPB, SECOND, show_duration, show_ppb

TICKS_MAX = 2**29
"""Largest start price in ticks: books hold prices in 32 bits and need room above."""


def check(scenario: Scenario, stacked: Stack) -> list[ScenarioError]:
    """Return every inconsistency of a scenario whose blocks are valid one by one."""
    return [
        *_run(scenario, stacked),
        *_duplicates(scenario, stacked),
        *_venues(scenario, stacked),
        *_instruments(scenario, stacked),
        *_world(scenario, stacked),
        *check_agents(scenario, stacked),
    ]


def _run(scenario: Scenario, stacked: Stack) -> Iterator[ScenarioError]:
    run = scenario.run
    if run.record_every > run.duration:
        yield InconsistentRules(
            f"record_every ({show_duration(run.record_every)}) is longer than the run "
            f"({show_duration(run.duration)}): nothing would be recorded.",
            **place(stacked, ("run", "record_every")),
        )
    if scenario.start_utc is not None and scenario.start_utc.tzinfo is None:
        yield InconsistentRules(
            "start_utc has no time zone.",
            hint="Append Z for UTC.",
            **place(stacked, ("start_utc",)),
        )


def _duplicates(scenario: Scenario, stacked: Stack) -> Iterator[ScenarioError]:
    for room in ("asset", "venue", "instrument", "agent"):
        seen: set[str] = set()
        for n, block in enumerate(getattr(scenario, room)):
            if block.id in seen:
                yield InconsistentRules(
                    f'There are two {room} blocks called "{block.id}".',
                    hint="Give one of them another id.",
                    **place(stacked, (room, n, "id")),
                )
            seen.add(block.id)


def _venues(scenario: Scenario, stacked: Stack) -> Iterator[ScenarioError]:
    policies = registry.known("adl")
    used = {instrument.venue for instrument in scenario.instrument}
    for n, venue in enumerate(scenario.venue):
        yield from known(
            "rulebook", venue.rulebook, rulebook.available(), stacked, ("venue", n, "rulebook")
        )
        yield from _rulebook(venue, stacked, ("venue", n))
        book = _book(venue)
        if book is not None:
            yield from check_venue(scenario, venue, book, stacked, ("venue", n))
        policy = venue.adl.policy
        if policy is not None and policies and not registry.is_known("adl", policy):
            yield UnknownKind.of(
                registry.KINDS["adl"],
                policy,
                policies,
                hint="unhedged rules list adl",
                **place(stacked, ("venue", n, "adl", "policy")),
            )
        elif policy is not None and (why := registry.missing("adl", policy)):
            yield ScenarioError(
                f'ADL policy "{policy}" cannot be loaded: {why}.',
                hint=ON_PATH,
                **place(stacked, ("venue", n, "adl", "policy")),
            )
        # A bit of one number for each venue that can be seen.
        others = [other.id for other in scenario.venue[:63] if other.id != venue.id]
        for seen in venue.adl.sees:
            yield from known("venue", seen, others, stacked, ("venue", n, "adl", "sees"))
        for word in venue.adl.exempt:
            if not any(is_meant(agent, word) for agent in scenario.agent):
                blocks = {agent.id for agent in scenario.agent} | {a.kind for a in scenario.agent}
                yield UnknownKind.of(
                    "block or kind of agents:",
                    word,
                    blocks,
                    **place(stacked, ("venue", n, "adl", "exempt")),
                )
        yield from _session(venue, stacked, ("venue", n, "fund", "session"))
        if venue.id not in used:
            yield InconsistentRules(
                f'Venue "{venue.id}" has no instrument.',
                hint=f'Add an [[instrument]] with id = "{venue.id}/…", or remove the venue.',
                **place(stacked, ("venue", n)),
            )


def _session(venue: Venue, stacked: Stack, path: Keys) -> Iterator[ScenarioError]:
    book, given = _book(venue), venue.fund.session
    if book is None or given is None:
        return
    if "socialised" not in book.value("waterfall.order", ()):
        names = ", ".join(name for name in rulebook.available() if _shares_losses(name))
        yield InconsistentRules(
            f"Winners pay for no loss under {venue.rulebook}: it has no session that ends.",
            allowed=f"Those that share losses: {names}.",
            hint=f"Remove fund.session, or give venue {venue.id} such a rulebook.",
            **place(stacked, path),
        )
    elif 0 < given < SECOND:
        yield InconsistentRules(
            f"A session of {show_duration(given)} is shorter than a second.",
            allowed="Expected 0s, for at once, or 1s and more.",
            **place(stacked, path),
        )


def _shares_losses(name: str) -> bool:
    return "socialised" in rulebook.load(name).value("waterfall.order", ())


def _book(venue: Venue | None) -> rulebook.Rulebook | None:
    # The venue's rulebook as the scenario reads it; none where it is reported as unknown already.
    if venue is None or venue.rulebook not in rulebook.available():
        return None
    try:
        return rulebook.load(venue.rulebook, venue.readings)
    except UnknownKind:
        return None


def _rulebook(venue: Venue, stacked: Stack, path: Keys) -> Iterator[ScenarioError]:
    if venue.rulebook not in rulebook.available():
        return
    for chapter, chosen in (venue.readings or {}).items():
        for name, reading in chosen.items():
            try:
                rulebook.load(venue.rulebook, {chapter: {name: reading}})
            except UnknownKind as error:
                vars(error).update(place(stacked, (*path, "readings", chapter, name)))
                error.hint = f"unhedged rules show {venue.rulebook}"
                yield error
    book = _book(venue)
    found = [] if book is None else list(unsupported(venue, book))
    if found:
        keys = ", ".join(f"venue.{venue.id}.{key}" for key, _ in found)
        yield InconsistentRules(
            f"{venue.rulebook} has rules the engine does not take: {'; '.join(why for _, why in found)}.",
            allowed=f"It can be read and compared. To run it with other rules, set {keys}.",
            hint=f"unhedged rules show {venue.rulebook}",
            **place(stacked, (*path, "rulebook")),
        )


def _instruments(scenario: Scenario, stacked: Stack) -> Iterator[ScenarioError]:
    venues = {venue.id: venue for venue in scenario.venue}
    assets = {asset.id: asset for asset in scenario.asset}
    for n, instrument in enumerate(scenario.instrument):
        path: Keys = ("instrument", n)
        yield from known("venue", instrument.venue, venues, stacked, (*path, "id"))
        yield from known("asset", instrument.asset, assets, stacked, (*path, "asset"))
        yield from _sources(scenario, instrument, stacked, path)
        yield from check_settlement(scenario, instrument, stacked, path)
        if instrument.asset in assets:
            yield from _grid(instrument, assets[instrument.asset].start, stacked, path)
        book = _book(venues.get(instrument.venue))
        if book is not None:
            yield from _margin(instrument, book, stacked, path)


def _grid(
    instrument: Instrument, start: float, stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    ticks = start / float(instrument.tick_size)
    if ticks < 10:
        yield InconsistentRules(
            f"tick_size ({instrument.tick_size}) is {'above' if ticks < 1 else 'more than a tenth of'} "
            f"the start price ({start:g}): there is no book to speak of.",
            **place(stacked, (*path, "tick_size")),
        )
    if ticks > TICKS_MAX:
        yield InconsistentRules(
            f"The start price is {ticks:,.0f} ticks; books hold up to {TICKS_MAX:,}.",
            hint="Choose a larger tick_size.",
            **place(stacked, (*path, "tick_size")),
        )


def _margin(
    instrument: Instrument, book: rulebook.Rulebook, stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    spot_venue = book.value("margin.mode") == "none"
    if spot_venue != (instrument.kind == "spot"):
        yield InconsistentRules(
            f"A {instrument.kind} instrument cannot trade under {book.id}: "
            f"{'it knows no margin' if spot_venue else 'its accounts hold margin, not coins'}.",
            **place(stacked, (*path, "kind")),
        )
    elif instrument.kind == "spot" and instrument.tiers is not None:
        yield InconsistentRules("Spot has no margin tiers.", **place(stacked, (*path, "tiers")))
    elif instrument.kind != "spot" and instrument.tiers is None:
        yield InconsistentRules(
            "tiers is missing: margin would be unknown.",
            allowed=f"Tables of {book.id}: {', '.join(book.tiers) or 'none'}.",
            **place(stacked, path),
        )
    elif instrument.kind not in ("spot", *book.value("margin.contracts", ("linear",))):
        yield InconsistentRules(
            f"{book.id} knows no {instrument.kind} contracts.",
            allowed=f"Rulebooks with {instrument.kind} contracts: {', '.join(_with(instrument.kind))}.",
            **place(stacked, (*path, "kind")),
        )
    elif imported.is_reference(instrument.tiers):
        return  # the file could not be read, which was said
    elif isinstance(instrument.tiers, str):
        offered = [*book.tiers, *([instrument.tiers] if book.table(instrument.tiers) else ())]
        yield from known(
            f"tier table of {book.id}", instrument.tiers, offered, stacked, (*path, "tiers")
        )
        why = unsupported_tiers(instrument, book)
        if why:
            yield InconsistentRules(
                f'The engine does not take tier table "{instrument.tiers}" of {book.id}: {why}.',
                allowed="Write brackets: tiers = [{ above, initial, maintenance }, …].",
                **place(stacked, (*path, "tiers")),
            )
    elif own := brackets_of(instrument.tiers):
        inner = ("brackets",) if isinstance(instrument.tiers, TierTable) else ()
        yield from _tiers(own, stacked, (*path, "tiers", *inner))


def _with(kind: str) -> list[str]:
    # Shipped rulebooks that know a kind of contract.
    return [
        name
        for name in rulebook.available()
        if kind in rulebook.load(name).value("margin.contracts", ())
    ]


def _tiers(tiers: tuple[Tier, ...], stacked: Stack, path: Keys) -> Iterator[ScenarioError]:
    if tiers[0].above != 0:
        yield InconsistentRules("The first tier must begin at $0.", **place(stacked, (*path, 0)))
    for n, tier in enumerate(tiers):
        if tier.maintenance > tier.initial:
            yield InconsistentRules(
                f"maintenance ({show_ppb(tier.maintenance)}) is above initial ({show_ppb(tier.initial)}): "
                "an account could be liquidated the moment it opens.",
                hint=f"Lower maintenance, or raise initial to at least {show_ppb(tier.maintenance)}.",
                **place(stacked, (*path, n)),
            )
    for n, (low, high) in enumerate(pairwise(tiers), 1):
        if high.above <= low.above or high.maintenance < low.maintenance:
            yield InconsistentRules(
                "Tiers must rise: each begins above the one before and asks at least as much.",
                **place(stacked, (*path, n)),
            )
    yield from _deductions(tiers, stacked, path)


def _deductions(tiers: tuple[Tier, ...], stacked: Stack, path: Keys) -> Iterator[ScenarioError]:
    # Risk triggers rest on maintenance that is continuous, or that knows no deduction at all.
    if all(tier.deduct is None for tier in tiers) or all(tier.deduct == 0 for tier in tiers):
        return
    right = 0.0
    for n, tier in enumerate(tiers):
        right += tier.above * (tier.maintenance - tiers[max(0, n - 1)].maintenance) / PPB
        if tier.deduct is None or abs(tier.deduct - right) > 1e-6 + 1e-12 * right:
            yield InconsistentRules(
                f"deduct is {'missing' if tier.deduct is None else f'${tier.deduct:,.2f}'}; "
                f"${right:,.2f} keeps maintenance continuous.",
                allowed="deduct in no tier, $0 in every tier, or what keeps maintenance continuous.",
                **place(stacked, (*path, n)),
            )
            return


def _sources(
    scenario: Scenario, instrument: Instrument, stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    for key, kind in (("index", "spot"), ("mark_sources", "perpetual")):
        others = [
            other.id
            for other in scenario.instrument
            if (other.kind == "spot") == (kind == "spot")
            and other.asset == instrument.asset
            and other.id != instrument.id
        ]
        for m, source in enumerate(getattr(instrument, key) or ()):
            noun = f"{kind} instrument of {instrument.asset}"
            yield from known(noun, source.id, others, stacked, (*path, key, m))
        if key == "index" and instrument.kind != "spot" and not others:
            yield InconsistentRules(
                f"No spot instrument of {instrument.asset}: the index would have no source.",
                hint="Add a spot venue with an instrument of this asset.",
                **place(stacked, path),
            )


def _world(scenario: Scenario, stacked: Stack) -> Iterator[ScenarioError]:
    assets = [asset.id for asset in scenario.asset]
    venues = [venue.id for venue in scenario.venue]
    for n, news in enumerate(scenario.news):
        for name in (news.asset,) if isinstance(news.asset, str) else news.asset:
            yield from known("asset", name, ["*", *assets], stacked, ("news", n, "asset"))
        yield from _in_time(scenario, news.at, stacked, ("news", n, "at"))
    for n, outage in enumerate(scenario.outage):
        yield from known("venue", outage.venue, venues, stacked, ("outage", n, "venue"))
        yield from _in_time(scenario, outage.at, stacked, ("outage", n, "at"))


def _in_time(scenario: Scenario, at: int, stacked: Stack, path: Keys) -> Iterator[ScenarioError]:
    if at >= scenario.run.duration:
        yield InconsistentRules(
            f"It would happen at {show_duration(at)}, after the end of the run "
            f"({show_duration(scenario.run.duration)}).",
            hint="Move it earlier, or lengthen run.duration.",
            **place(stacked, path),
        )
