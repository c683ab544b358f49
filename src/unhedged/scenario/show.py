"""What a scenario will do, before doing it: who, where, what happens when, and every default."""

from collections.abc import Iterator, Mapping, Sequence
from math import expm1
from typing import Any

from pydantic import BaseModel

from unhedged.scenario.plan import (
    AgentGroupPlan,
    InstrumentPlan,
    Law,
    RunPlan,
    VenuePlan,
)
from unhedged.scenario.plan_security import SourcePlan
from unhedged.scenario.spec import Scenario
from unhedged.venues import rulebook
from unhedged.vocab.enums import InstrumentKind, LiquidationStep, MarginMode
from unhedged.vocab.units import (
    MINUS,
    PPB,
    show_clock,
    show_duration,
    show_money,
    show_number,
    show_ppb,
    show_rate,
)

Row = tuple[str, str]

ORDER_STEPS = {
    LiquidationStep.IOC_AT_BANKRUPTCY: "order on the book",
    LiquidationStep.ORDERS_ON_ALL_LEGS: "orders on all legs, twice",
    LiquidationStep.DROP_TIERS: "down to a lower tier",
    LiquidationStep.REDUCE_TO_LOWEST_TIER: "down to the lowest tier",
    LiquidationStep.SLICE_WITH_COOLDOWN: "slices",
    LiquidationStep.INCREMENTAL_ROUNDS: "small orders",
    LiquidationStep.IOC_AT_FILLABLE_PRICE: "parts at the fillable price",
    LiquidationStep.IOC_AT_ZERO_PRICE: "orders at the zero price",
    LiquidationStep.SELL_COLLATERAL: "collateral sold",
}
"""Steps that close positions before anybody takes them over, in a few words."""
LEAST = 14
"""Least width of the first column."""


def show(
    spec: Scenario,
    plan: RunPlan,
    *,
    all: bool = False,  # noqa: A002 - as on the command line
    made: Mapping[str, str] | None = None,
) -> str:
    """Return the text of ``unhedged show``.

    Parameters
    ----------
    spec : Scenario
        What the user wrote.
    plan : RunPlan
        What it resolves to.
    all : bool
        List every default that was not set, with its value.
    made : mapping
        Id of each block of agents that ``each`` made to that of the block as written: those of one are shown together.
    """
    agents = list(_agents(plan, {} if all else made or {}))
    width = max(LEAST, *(len(name) + 2 for name, _ in agents), 0)
    unset = list(defaults(spec, plan))
    lines = [f"{spec.name} · {spec.title}" if spec.title else spec.name]
    if spec.description:
        lines += [spec.description]
    lines += ["", *_run(spec, plan)]
    for rows in (_markets(plan), agents, _times(plan)):
        lines += ["", *(f" {left:<{width}}{right}" for left, right in rows)]
    if all:
        lines += ["", f"Defaults you did not set: {len(unset)}"]
        lines += [f"  {path} = {value}" for path, value in unset]
    else:
        lines += ["", f"Defaults you did not set: {len(unset)}   (unhedged show {spec.name} --all)"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def defaults(spec: Scenario, plan: RunPlan) -> Iterator[tuple[str, str]]:
    """Yield path and value of every key that was left out of the file and has an effect."""
    books = {venue.id: rulebook.load(venue.rulebook, venue.readings) for venue in spec.venue}
    instruments = {instrument.id: instrument for instrument in plan.instruments}
    for keys, value in _unset(spec, ()):
        path = ".".join(keys)
        if value is not None:
            if value != "()":
                yield path, value
        elif keys[0] == "venue" and len(keys) > 2:
            fact = books[keys[1]].facts.get(BOOK_PATHS.get(".".join(keys[2:]), ".".join(keys[2:])))
            if fact is not None:
                yield path, f"{fact.value}  (rulebook, {fact.confidence})"
        elif keys[0] == "instrument" and (text := _derived(keys[2], instruments[keys[1]])):
            yield path, text


BOOK_PATHS = {"maker_fee": "fees.maker", "taker_fee": "fees.taker"}
"""Keys of a venue whose rulebook path is another."""


def _unset(spec: BaseModel, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str | None]]:
    for name, field in type(spec).model_fields.items():
        value = getattr(spec, name)
        if isinstance(value, BaseModel):
            yield from _unset(value, (*path, name))
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for n, block in enumerate(value):
                yield from _unset(block, (*path, name, str(getattr(block, "id", n))))
        elif name not in spec.model_fields_set:
            written = field.default if isinstance(field.default, str | dict) else value
            yield (*path, name), None if value is None else str(written)


def _derived(key: str, instrument: InstrumentPlan) -> str:
    # What resolve made of a key that was left out; nothing where it has no effect.
    largest = instrument.max_lots * instrument.lot_units * instrument.start_usd
    texts = {
        "window": f"{instrument.window:,} levels",
        "max_order": show_money(largest),
        "band": show_ppb(instrument.band_ppb) if instrument.band_ppb else "none",
        "significant": str(instrument.significant or "any"),
    }
    if instrument.kind != InstrumentKind.SPOT:
        texts |= {
            "index": _weights(instrument.index),
            "mark_sources": _weights(instrument.mark_sources),
            "impact_notional": show_money(instrument.impact_notional_usd),
            "funding_cap": show_ppb(instrument.funding_cap_ppb),
        }
    return texts.get(key, "")


def _weights(sources: tuple[SourcePlan, ...]) -> str:
    return ", ".join(f"{s.instrument} × {s.weight}" for s in sources)


def _run(spec: Scenario, plan: RunPlan) -> list[str]:
    accounts = sum(group.count for group in plan.agents)
    when = f" from {plan.start_utc[:16].replace('T', ' ')} UTC" if plan.start_utc else ""
    return [
        f"{show_duration(plan.duration_ns)} simulated{when} · {accounts:,} agents · "
        f"{spec.run.replicates} replicates · seed {plan.seed}"
    ]


def _markets(plan: RunPlan) -> Iterator[Row]:
    for venue in plan.venues:
        own = [i for i in plan.instruments if i.venue == venue.id]
        symbols = ", ".join(i.id.partition("/")[2] for i in own)
        yield (venue.id, f"{symbols}  ({venue.rulebook})")
        yield (
            "",
            f"fees {show_ppb(venue.maker_fee_ppb)} maker, {show_ppb(venue.taker_fee_ppb)} taker; {_gateway(venue)}",
        )
        yield from _halts(venue, own)
        if venue.margin_mode != MarginMode.NONE:
            yield from _clearing(venue)
            yield from _collateral(venue)
            yield ("", "; ".join(_interest(i) for i in own if i.kind != InstrumentKind.SPOT))


def _gateway(venue: VenuePlan) -> str:
    if venue.gateway_service_ns == 0:
        return "gateway without limit"
    return f"gateway {10**9 // venue.gateway_service_ns:,} messages/s"


def _halts(venue: VenuePlan, own: Sequence[InstrumentPlan]) -> Iterator[Row]:
    moves = {i.halt_ppb for i in own if i.halt_ppb}
    for move in sorted(moves):
        books = ", ".join(i.id.partition("/")[2] for i in own if i.halt_ppb == move)
        window, pause = show_duration(venue.halt_window_ns), show_duration(venue.halt_pause_ns)
        yield (
            "",
            f"{books} halts for {pause} when its mark moves more than {show_ppb(move)} in {window}",
        )


def _clearing(venue: VenuePlan) -> Iterator[Row]:
    yield (
        "",
        f"mark {venue.mark_form.name.lower()}, every {show_duration(venue.mark_interval_ns)}",
    )
    if not venue.liquidation_on:
        yield ("", "no liquidation")
        return
    steps = [_step(venue, step) for step in venue.steps if step in ORDER_STEPS]
    if venue.liquidation_fee_ppb and steps:
        steps[-1] += f", fee {show_ppb(venue.liquidation_fee_ppb)}"
    if venue.vault_on:
        steps.append(
            f"vault ({show_money(venue.vault_start_usd)}) below {show_ppb(venue.backstop_ppb)} of maintenance"
        )
    if venue.fund_start_usd:
        steps.append(f"fund ({show_money(venue.fund_start_usd)})")
    if venue.socialised:
        when = f", every {show_duration(venue.session_ns)}" if venue.session_ns else ""
        steps.append(f"winners, by profit{when}")
    price = venue.adl_price.name.lower().replace("_", " ")
    sees = f", hedges seen on {' and '.join(venue.adl_sees)}" if venue.adl_sees else ""
    spared = len(venue.adl_exempt)
    spares = f", sparing {spared} {'blocks' if spared > 1 else 'block'} of agents" if spared else ""
    by = f"ADL {venue.adl_policy} at {price} price{sees}{spares}"
    steps.append(by if venue.adl_on else "no ADL")
    yield ("", f"below maintenance: {' → '.join(steps)}")
    if venue.throttle_usd:
        every = show_duration(venue.throttle_interval_ns)
        yield (
            "",
            f"liquidation orders close at most {show_money(venue.throttle_usd)} per contract and {every}",
        )
    if venue.funding_interval_ns:
        yield ("", f"funding every {show_duration(venue.funding_interval_ns)}")


def _collateral(venue: VenuePlan) -> Iterator[Row]:
    for asset in venue.collateral.assets:
        price = asset.price.name.lower().replace("_", " ")
        ratios = ", ".join(show_ppb(tier.ratio_ppb) for tier in asset.haircuts)
        yield ("", f"collateral {asset.asset} at {price}, counts {ratios}; sold in {asset.book}")


def _step(venue: VenuePlan, step: LiquidationStep) -> str:
    if step == LiquidationStep.SLICE_WITH_COOLDOWN:
        return f"{show_ppb(venue.slice_ppb)} slices above {show_money(venue.slice_above_usd)}"
    return ORDER_STEPS[step]


def _interest(instrument: InstrumentPlan) -> str:
    leverage = round(PPB / instrument.tiers[0].im_ppb) if instrument.tiers else 0
    symbol = instrument.id.partition("/")[2]
    return f"{symbol} {show_money(instrument.open_interest_usd)} open, up to {leverage}×"


def _agents(plan: RunPlan, made: Mapping[str, str]) -> Iterator[Row]:
    families: dict[str, list[AgentGroupPlan]] = {}
    for group in plan.agents:
        families.setdefault(made.get(group.id, group.id), []).append(group)
    for name, groups in families.items():
        first = groups[0]
        count = sum(group.count for group in groups)
        text = f"{count:,} × {first.kind.replace('_', ' ')}{_notable(first)}"
        alike = f" in {first.id}, and {len(groups) - 1} blocks like it" if len(groups) > 1 else ""
        yield name, f"{text}{alike}"


def _notable(group: AgentGroupPlan) -> str:
    words = []
    if "capital" in group.params:
        words.append(f"capital {_amount(group.params['capital'], show_money)}")
    if "leverage" in group.params:
        words.append(f"leverage {_amount(group.params['leverage'], show_number)}")
    return f", {', '.join(words)}" if words else ""


def _amount(value: Any, words: Any) -> str:
    if isinstance(value, Law):
        return f"{value.kind} ({', '.join(_law(value.parameters, words))})"
    return str(words(value)) if isinstance(value, int | float) else str(value)


def _law(parameters: Mapping[str, Any], words: Any) -> Iterator[str]:
    for key, number in parameters.items():
        if isinstance(number, tuple):
            yield f"{key} {', '.join(show_number(n) for n in number)}"
        elif key in ("sigma", "alpha"):
            yield f"{key} {show_number(number)}"
        else:
            yield f"{key} {words(number)}"


def _times(plan: RunPlan) -> Iterator[Row]:
    rows = [
        (
            news.t_ns,
            f"{news.asset} is worth {_signed(news.log_change)}"
            + (f", {news.shape} over {show_duration(news.over_ns)}" if news.over_ns else ""),
        )
        for news in plan.news
    ]
    rows += [
        (
            outage.t_ns,
            f"{outage.venue}: {outage.what.name.lower()} down for {show_duration(outage.over_ns)}",
        )
        for outage in plan.outages
    ]
    yield ("0:00", "start")
    for t, words in sorted(rows):
        yield (show_clock(t), words)
    yield (show_clock(plan.duration_ns), "end")


def _signed(log_change: float) -> str:
    text = show_rate(expm1(log_change))
    return text if text.startswith(MINUS) else f"+{text}"
