"""Errors: fields first, text made from them, at most six lines."""

import pickle

import pytest

from unhedged.vocab import errors


def test_scenario_error_says_what_where_allowed_and_what_to_do() -> None:
    error = errors.ScenarioError(
        "slice is 120%; it is the share of a position closed per step.",
        file="scenario.toml",
        line=31,
        column=10,
        path=("venue", 0, "liquidation", "slice"),
        where='venue "hub" › liquidation › slice',
        value="120%",
        allowed="0% < slice ≤ 100%.",
        excerpt='slice  = "120%"',
    )
    assert str(error).splitlines() == [
        'scenario.toml:31:10  venue "hub" › liquidation › slice',
        "    slice is 120%; it is the share of a position closed per step.",
        "    0% < slice ≤ 100%.",
        '    | slice  = "120%"',
    ]
    assert isinstance(error, ValueError)


def test_unknown_kind_suggests_the_nearest_and_lists_what_there_is() -> None:
    names = ["profit-leverage-v1", "pro-rata-v1", "fifo-v1"]
    error = errors.UnknownKind.of(
        "ADL policy", "profit_leverage", names, hint="unhedged rules list adl"
    )
    assert error.suggestions[0] == "profit-leverage-v1"
    assert str(error).splitlines() == [
        'Unknown ADL policy "profit_leverage". Did you mean "profit-leverage-v1"?',
        "    Available: fifo-v1, pro-rata-v1, profit-leverage-v1.",
        "    unhedged rules list adl",
    ]


def test_unknown_kind_without_a_near_name_makes_no_guess() -> None:
    error = errors.UnknownKind.of("venue", "zzz", ["binance"])
    assert error.suggestions == ()
    assert "Did you mean" not in str(error)


def test_invariant_error_names_step_time_amount_and_the_command_that_repeats_it() -> None:
    error = errors.InvariantError(
        "money does not balance",
        step=18_204,
        t_ns=1_867_412_000_000,
        amounts="+1 atom in USD",
        last="maker.3 → fund, 5,113,402, liquidation fee",
        replay="unhedged run btc-cascade --replicate 17 --seed 7",
    )
    assert str(error).splitlines() == [
        "A rule was broken inside the simulation. This is a bug, not your input.",
        "    After step 18,204 (0:31:07.412) money does not balance: +1 atom in USD.",
        "    Last transfer: maker.3 → fund, 5,113,402, liquidation fee.",
        "    Please report with:  unhedged run btc-cascade --replicate 17 --seed 7",
    ]
    assert error.exit_code == 3


@pytest.mark.parametrize(
    "error",
    [
        errors.ScenarioError("a", file="f", line=3, path=("x", 1)),
        errors.UnitError("a", value=3),
        errors.UnknownKind.of("venue", "binanse", ["binance"]),
        errors.ScenarioErrors([errors.UnitError("a"), errors.InconsistentRules("b")]),
        errors.DataError("gone", file="x.parquet", hint="get it"),
        errors.ResultsError("torn"),
        errors.InvariantError("x", step=3),
        errors.PluginError("no", entry_point="mine", method="score"),
    ],
)
def test_error_travels_between_processes_with_its_text(error: errors.UnhedgedError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_nearest_ignores_dashes_case_and_version() -> None:
    names = ["profit-leverage-v1", "pro-rata-v1"]
    assert errors.nearest("Profit_Leverage", names) == ["profit-leverage-v1"]
    assert errors.nearest("prorata", names)[0] == "pro-rata-v1"
