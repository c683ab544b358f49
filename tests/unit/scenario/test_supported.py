"""A scenario may ask for any published reading, and is refused where its rulebook knows more than the engine."""

from dataclasses import replace

import pytest

from unhedged.scenario.load import load
from unhedged.scenario.supported import READ, unsupported
from unhedged.venues import comparing, rulebook
from unhedged.vocab.errors import InconsistentRules, ScenarioErrors, UnknownKind

NAMED = {"liquidation": {"ladder": "binance"}, "adl": {"policy": "binance-v1", "price": "mark"}}
"""What other ladders would need: the rest is the rulebook's."""
TIERS = [{"above": "$0", "initial": "1%", "maintenance": "0.5%"}]
OTHERS = ["bybit-linear", "okx-swap", "bitmex", "deribit-linear", "dydx-v4", "lighter"]


def errors(data) -> list[str]:
    with pytest.raises((InconsistentRules, ScenarioErrors)) as caught:
        load(data)
    return [str(error) for error in getattr(caught.value, "errors", [caught.value])]


@pytest.mark.parametrize("venue", ["binance-usdm@2025-09-17", "binance-usdm@2025-10-10"])
def test_rulebook_whose_rules_are_compiled_runs(data, venue) -> None:
    data["venue"][0]["rulebook"] = venue
    window = load(data).plan().venues[0].basis_window_ns
    assert window == (60 if "09" in venue else 30) * 10**9


def test_reading_asked_for_by_name_reaches_the_plan(data) -> None:
    data["venue"][0] |= {"rulebook": "hyperliquid@2025-10-10", "vault": {}}
    data["instrument"][0]["tiers"] = "BTC"
    assert load(data).plan().venues[0].adl_policy == "hyperliquid-observed-v1"
    chosen = load(
        data,
        overrides=[
            "venue.hub.readings.adl.policy=documented",
            "venue.hub.readings.adl.price=older",
        ],
    )
    assert chosen.plan().venues[0].adl_policy == "hyperliquid-documented-v1"
    assert chosen.plan().venues[0].adl_price.name == "ORACLE"
    assert "hyperliquid-documented-v1  (rulebook, mirrored)" in chosen.show(all=True)
    assert load(chosen.stack.data).plan() == chosen.plan()


def test_reading_nobody_published_is_refused_with_the_known_ones(data) -> None:
    data["venue"][0]["readings"] = {"funding": {"cap_of_maintenance": "2021"}}
    with pytest.raises(UnknownKind) as caught:
        load(data)
    assert caught.value.available == ("2022",)
    assert caught.value.where == 'venue "hub" › readings › funding › cap_of_maintenance'


@pytest.mark.parametrize("venue", OTHERS)
def test_rules_the_engine_does_not_take_are_named(data, venue) -> None:
    book = rulebook.load(rulebook.newest(venue))
    data["venue"][0]["rulebook"] = book.id
    data["instrument"][0]["tiers"] = [{"above": "$0", "initial": "1%", "maintenance": "0.5%"}]
    (text,) = errors(data)
    assert f"{book.id} has rules the engine does not take" in text
    assert " → ".join(book.value("liquidation.steps")) in text
    assert "venue.hub.liquidation.ladder" in text
    assert len(text.splitlines()) <= 6


@pytest.mark.parametrize(
    ("venue", "table", "words"),
    [
        ("deribit-linear@2025-10-10", "BTC_USDC", "its schedule is slope"),
        ("bitmex@2025-10-10", "XBTUSD", "its schedule is risk limit steps"),
        ("okx-swap@2025-10-10", "ETHUSDT-2021", "its schedule is whole position"),
    ],
)
def test_schedule_the_engine_does_not_take_is_named(data, venue, table, words) -> None:
    data["venue"][0]["rulebook"] = venue
    data["instrument"][0]["tiers"] = table
    assert any(words in text for text in errors(data))


def test_rules_set_in_the_scenario_stand_for_those_that_are_not_compiled(data) -> None:
    data["venue"][0] |= {
        "rulebook": "okx-swap@2025-10-10",
        "liquidation": {"ladder": "binance"},
        "mark": {"form": "binance"},
        "adl": {"policy": "binance-v1"},
    }
    data["instrument"][0]["tiers"] = [{"above": "$0", "initial": "1%", "maintenance": "0.5%"}]
    plan = load(data).plan()
    assert plan.instruments[0].funding_cap_ppb == 3_750_000  # of BTC
    assert plan.instruments[0].impact_notional_usd == 20_000


def test_reading_that_would_change_nothing_is_refused(data) -> None:
    data["venue"][0]["readings"] = {"liquidation": {"steps": "observed"}}
    (text,) = errors(data)
    assert "liquidation.steps as observed" in text
    assert "venue.hub.readings.liquidation.steps" in text


def test_the_list_of_rules_that_reach_the_engine_is_that_of_resolve(data, monkeypatch) -> None:
    asked = set()
    value = rulebook.Rulebook.value

    def recorded(book, path, default=None):
        asked.add(path)
        return value(book, path, default)

    data["venue"][0] |= {"rulebook": "hyperliquid@2025-10-10", "vault": {}}
    data["instrument"][0] |= {"tiers": "BTC"}
    oracle = load(data)
    data["venue"][0] |= NAMED | {"rulebook": "deribit-linear@2025-10-10"}
    data["instrument"][0] |= {"tiers": TIERS}
    index = load(data)
    monkeypatch.setattr(rulebook.Rulebook, "value", recorded)
    oracle.plan()
    index.plan()
    alone = {path for path in asked if path.partition(".")[0] not in comparing.OPEN}
    assert alone | {"margin.schedule"} == READ


@pytest.mark.parametrize(
    ("venue", "mark", "form", "price"),
    [
        ("bybit-linear", "BINANCE", "SCALED_INTEREST", "MARK"),
        ("okx-swap", "INDEX_PLUS_BASIS", "SCALED_INTEREST", "MARK"),
        ("bitmex", "INDEX_PLUS_FUNDING", "SCALED_INTEREST", "MARK"),
        ("deribit-linear", "INDEX_PLUS_EMA", "DEAD_BAND", "INDEX"),
        ("dydx-v4", "ORACLE", "VOTES", "ORACLE"),
        ("lighter", "HYPERLIQUID", "CLAMPED_EIGHTH", "MARK"),
        ("hyperliquid", "HYPERLIQUID", "CLAMPED_EIGHTH", "ORACLE"),
        ("binance-usdm@2025-09-17", "BINANCE", "UNDIVIDED", "MARK"),
        ("binance-usdm", "BINANCE", "CLAMPED", "MARK"),
    ],
)
@pytest.mark.parametrize("hours", [1, 4, 8])
def test_index_mark_and_funding_of_every_rulebook_are_taken(
    data, venue, mark, form, price, hours
) -> None:
    data["venue"][0] |= NAMED | {"rulebook": rulebook.newest(venue)}
    data["venue"][0]["funding"] = {"interval": f"{hours}h"}
    data["instrument"][0]["tiers"] = TIERS
    plan = load(data).plan().venues[0]
    assert (plan.mark_form.name, plan.funding_form.name, plan.funding_price.name) == (
        mark, form, price,
    )  # fmt: skip


def test_cap_of_dydx_follows_from_its_margin_rates(data) -> None:
    data["venue"][0] |= NAMED | {"rulebook": "dydx-v4@2025-10-10"}
    data["instrument"][0]["tiers"] = "mid-cap"
    instrument = load(data).plan().instruments[0]
    assert instrument.funding_cap_ppb == 120_000_000  # DY-5: 12 % per eight hours


def test_an_index_cannot_look_farther_back_than_feeds_remember(data) -> None:
    data["venue"][0]["index"] = {"delay": "4s"}
    assert load(data).plan().venues[0].index_delay_ns == 4 * 10**9
    data["venue"][0]["index"] = {"delay": "4001ms"}
    (text,) = errors(data)
    assert "venue.hub.index.delay" in text


@pytest.mark.parametrize("venue", [*OTHERS, "hyperliquid", "binance-usdm"])
def test_tables_of_the_shipped_scenario_exist_at_every_venue(venue) -> None:
    book = rulebook.load(rulebook.newest(venue))
    for name in ("BTCUSDT", "SUIUSDT", "BTC", "SUI"):
        assert book.table(name) is not None, name


@pytest.mark.parametrize(
    ("path", "value"),
    [("liquidation.boundary", "<="), ("margin.price", "oracle"), ("adl.trigger", "rapid_drop")],
)
def test_what_a_ladder_of_the_rulebook_assumes_is_checked(data, path, value) -> None:
    book = rulebook.load("binance-usdm@2025-10-10")
    facts = {**book.facts, path: replace(book.facts[path], value=value)}
    other = replace(book, facts=facts)
    (venue, _) = load(data).spec.venue
    assert list(unsupported(venue, book)) == []
    assert list(unsupported(venue, other)) == [("liquidation.ladder", f"{path} {value}")]
    named = venue.model_copy(
        update={"liquidation": venue.liquidation.model_copy(update={"ladder": "binance"})}
    )
    assert list(unsupported(named, other)) == []
