"""A scenario may ask for any published reading, and is refused where its rulebook knows more than the engine."""

from dataclasses import replace

import pytest

from unhedged.scenario import supported
from unhedged.scenario.load import load
from unhedged.scenario.supported import READ, unsupported
from unhedged.venues import comparing, rulebook
from unhedged.vocab.enums import DrawdownBase, LiquidationStep, TierForm
from unhedged.vocab.errors import InconsistentRules, ScenarioError, ScenarioErrors, UnknownKind

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
def test_ladder_of_every_rulebook_is_taken(data, venue) -> None:
    book = rulebook.load(rulebook.newest(venue))
    (hub, _) = load(data).spec.venue
    found = dict(unsupported(hub.model_copy(update={"rulebook": book.id}), book))
    assert not {key for key in found if key.startswith(("liquidation", "adl"))}


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "no steps of a liquidation"),
        (["takeover_at_bankruptcy", "ioc_at_bankruptcy"], "goes on after takeover_at_bankruptcy"),
        (["cancel_orders", "drop_tiers"], "ends with drop_tiers"),
        (["cancel_orders", "backstop_takeover"], "backstop_takeover without rounds before it"),
        (["ioc_at_bankruptcy"] * 8 + ["takeover_at_bankruptcy"], "more than 8 steps"),
    ],
)
def test_steps_no_case_can_run_through_are_refused(data, steps, words) -> None:
    data["venue"][0]["liquidation"] = {"steps": steps}
    (text,) = errors(data)
    assert words in text
    assert "venue.hub.liquidation.steps" in text
    assert len(text.splitlines()) <= 6


def test_unknown_step_is_refused_with_the_nearest(data) -> None:
    data["venue"][0]["liquidation"] = {"steps": ["drop_tier"]}
    with pytest.raises(UnknownKind) as caught:
        load(data)
    assert "drop_tiers" in caught.value.suggestions


def test_legs_that_no_account_has_are_left_out(data) -> None:
    steps = ["cancel_orders", "net_hedged_legs", "drop_tiers", "takeover_at_bankruptcy"]
    data["venue"][0]["liquidation"] = {"steps": steps}
    names = [step.name.lower() for step in load(data).plan().venues[0].steps]
    assert names == [step for step in steps if step != "net_hedged_legs"]


def test_schedule_in_contracts_is_taken_by_lots(data) -> None:
    data["venue"][0]["rulebook"] = "okx-swap@2025-10-10"
    data["instrument"][0] |= {"tiers": "ETHUSDT-2021", "lot_size": "0.001"}
    instrument = load(data).plan().instruments[0]
    assert instrument.tier_form == TierForm.SIZE
    # OK4: 3,000 contracts of 0.1 ETH still belong to the first tier; a lot is 0.001 ETH. The closing fee counts as margin.
    assert [(t.floor_lots, t.floor_usd, t.mm_ppb, t.im_ppb) for t in instrument.tiers[:3]] == [
        (0, 0.0, 4_500_000, 8_000_000),
        (300_001, 0.0, 5_500_000, 10_000_000),
        (600_001, 0.0, 10_500_000, 15_000_000),
    ]
    coarse = load(data, overrides=["instrument.hub/BTC-PERP.lot_size=0.7"]).plan()
    assert coarse.instruments[0].tiers[1].floor_lots == 429  # 428.57 lots are 3,000 contracts


@pytest.mark.parametrize(
    ("table", "readings", "words"),
    [
        ("AAVEUSDT-2023", {}, "its tiers are in contracts whose size is not stated"),
        ("ETHUSDT-2021", {"schedule": "marginal"}, "would move with the price"),
    ],
)
def test_schedule_in_contracts_that_cannot_be_taken_is_named(data, table, readings, words) -> None:
    data["venue"][0] |= {"rulebook": "okx-swap@2025-10-10", "readings": {"margin": readings}}
    data["instrument"][0]["tiers"] = table
    assert any(words in text for text in errors(data))


def test_rules_set_in_the_scenario_stand_for_those_that_are_not_compiled(data) -> None:
    data["venue"][0] |= {
        "rulebook": "okx-swap@2025-10-10",
        "liquidation": {"steps": ["cancel_orders", "ioc_at_bankruptcy", "takeover_at_bankruptcy"]},
        "mark": {"form": "binance"},
        "adl": {"policy": "binance-v1"},
    }
    data["instrument"][0]["tiers"] = [{"above": "$0", "initial": "1%", "maintenance": "0.5%"}]
    plan = load(data).plan()
    assert plan.instruments[0].funding_cap_ppb == 3_750_000  # of BTC
    assert plan.instruments[0].impact_notional_usd == 20_000


def test_reading_that_would_change_nothing_is_refused(data, monkeypatch) -> None:
    monkeypatch.setattr(supported, "READ", READ - {"liquidation.reduction"})
    data["venue"][0] |= {
        "rulebook": "bybit-linear@2025-10-10",
        "readings": {"liquidation": {"reduction": "legacy"}},
    }
    (text,) = errors(data)
    assert "liquidation.reduction as legacy" in text
    assert "venue.hub.readings.liquidation.reduction" in text


@pytest.mark.parametrize("name", rulebook.available())
def test_no_reading_is_listed_that_a_run_cannot_take(name) -> None:
    facts = rulebook.load(name).facts
    assert {path for path, fact in facts.items() if fact.alternatives} <= READ


def test_readings_of_single_orders_reach_the_plan(data) -> None:
    data["venue"][0] |= {
        "rulebook": "hyperliquid@2025-10-10",
        "vault": {},
        "readings": {"liquidation": {"cooldown_order": "wait"}},
    }
    data["instrument"][0]["tiers"] = "BTC"
    assert load(data).plan().venues[0].cooldown_waits
    data["venue"][0].pop("readings")
    assert not load(data).plan().venues[0].cooldown_waits
    data["venue"][0] |= {
        "rulebook": "dydx-v4@2025-10-10",
        "readings": {"liquidation": {"limit_side": "docs"}},
    }
    data["venue"][0].pop("vault")
    data["instrument"][0]["tiers"] = "large-cap"
    assert load(data).plan().venues[0].limit_below


def test_mean_as_reference_of_a_rapid_drop_is_a_reading(data) -> None:
    mean = {"drawdown_base": "average", "drawdown_least": "average"}
    data["venue"][0] |= {"rulebook": "okx-swap@2025-10-10", "readings": {"adl": mean}}
    venue = load(data).plan().venues[0]
    assert (venue.drawdown_base, venue.drawdown_least_usd) == (DrawdownBase.AVERAGE, 50_000)
    data["venue"][0]["adl"] = {"trigger": "drawdown"}
    (text,) = errors(data)
    assert "a drawdown from an average" in text


def test_limits_of_a_block_reach_the_plan(data) -> None:
    data["venue"][0] |= {"rulebook": "dydx-v4@2025-10-10"}
    data["instrument"][0]["tiers"] = "large-cap"
    venue = load(data).plan().venues[0]
    assert (venue.block_orders, venue.block_adl, venue.block_lost_usd) == (50, 10, 1_000_000)


def test_other_steps_are_a_reading_of_a_rulebook(data) -> None:
    data["venue"][0]["readings"] = {"liquidation": {"steps": "observed"}}
    venue = load(data).plan().venues[0]
    assert LiquidationStep.ORDERS_ON_ALL_LEGS in venue.steps
    assert venue.leg_pause_ns == 60 * 10**9


def test_the_list_of_rules_that_reach_the_engine_is_that_of_resolve(data, monkeypatch) -> None:
    asked = set()
    value = rulebook.Rulebook.value

    def recorded(book, path, default=None):
        asked.add(path)
        return value(book, path, default)

    (spot,) = (i for i in data["instrument"] if i["kind"] == "spot")
    assets = {spot["asset"]: {"book": spot["id"], "haircut": "5%"}}
    data["venue"][0] |= {
        "rulebook": "hyperliquid@2025-10-10",
        "vault": {},
        "collateral": {"assets": assets},
    }
    data["instrument"][0] |= {"tiers": "BTC"}
    oracle = load(data)
    data["venue"][0] |= {"rulebook": "deribit-linear@2025-10-10"}
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
    data["venue"][0] |= {"rulebook": rulebook.newest(venue)}
    data["venue"][0]["funding"] = {"interval": f"{hours}h"}
    data["instrument"][0]["tiers"] = TIERS
    plan = load(data).plan().venues[0]
    assert (plan.mark_form.name, plan.funding_form.name, plan.funding_price.name) == (
        mark, form, price,
    )  # fmt: skip


def test_margins_at_an_oracle_that_is_not_the_mark_are_refused(data) -> None:
    book = rulebook.load(rulebook.newest("dydx-v4"))
    (hub, _) = load(data).spec.venue
    hub = hub.model_copy(update={"rulebook": book.id})
    assert "mark.form" not in dict(unsupported(hub, book))
    form = replace(book.facts["mark.form"], value="binance")
    other = replace(book, facts={**book.facts, "mark.form": form})
    assert (
        dict(unsupported(hub, other))["mark.form"] == "margins at oracle where the mark is binance"
    )


def test_cap_of_dydx_follows_from_its_margin_rates(data) -> None:
    data["venue"][0] |= {"rulebook": "dydx-v4@2025-10-10"}
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
    ("steps", "said"),
    [
        (
            ["cancel_orders", "ioc_at_bankruptcy", "fund_zeroes_account"],
            "before the account is flat",
        ),
        (
            ["cancel_orders", "incremental_rounds", "takeover_at_close_out"],
            "without liquidation.round_interval",
        ),
    ],
)
def test_a_step_without_what_it_needs_is_refused(steps: list[str], said: str) -> None:
    """A fund that fills up an account with a position gives it money; a round that takes no time never ends."""
    with pytest.raises(ScenarioError, match=said):
        load("calm", overrides={"venue.hub.liquidation.steps": steps})


def test_a_session_ends_only_where_losses_are_shared(data) -> None:
    data["venue"][0]["fund"] = {"session": "8h"}
    assert any(
        "Winners pay for no loss under binance" in text and "deribit-linear@2025-10-10" in text
        for text in errors(data)
    )
    deribit = data["venue"][0] | {"rulebook": "deribit-linear@2025-10-10"}
    data["venue"][0] = deribit | {"fund": {"session": "999ms"}}
    assert any("shorter than a second" in text for text in errors(data))


@pytest.mark.parametrize(
    ("session", "said"), [("8h", ", every 8 h"), ("0s", ""), (None, ", every 1 d")]
)
def test_show_says_who_pays_after_the_fund(data, session, said) -> None:
    fund = {"start": "$1M"} | ({} if session is None else {"session": session})
    data["venue"][0] |= {"rulebook": "deribit-linear@2025-10-10", "fund": fund}
    data["instrument"][0]["tiers"] = "BTC"
    assert f"fund ($1M) → winners, by profit{said} → no ADL" in load(data).show()
