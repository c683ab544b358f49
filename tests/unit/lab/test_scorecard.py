"""The scorecard: targets as data, verdicts at the bounds, what cannot be computed said so."""

import pytest

from unhedged.lab import scorecard, targets
from unhedged.lab.october import MEASURES
from unhedged.report.scorecard import figure, finding, summary
from unhedged.vocab.errors import ResultsError

TARGETS = targets.load("october-2025")


def part(low: float, high: float) -> targets.Part:
    return targets.Part(measure="x", low=low, high=high, unit="share")


@pytest.mark.parametrize(
    ("values", "verdict", "error"),
    [
        ([0.1, 0.1, 0.1], "pass", 0.0),
        ([0.2, 0.2, 0.2], "pass", 0.0),
        ([0.2001], "miss", 0.0001),
        ([0.0999], "miss", 0.0001),
        ([0.15, None], "pass", 0.0),
        ([0.15, None, None], "not computable", None),
        ([None], "not computable", None),
    ],
)
def test_bounds_belong_to_what_passes(
    values: list[float | None], verdict: str, error: float | None
) -> None:
    found = scorecard._score(part(0.1, 0.2), values)
    assert found.verdict == verdict
    assert found.error == (None if error is None else pytest.approx(error))


def test_every_row_names_a_measure_that_exists_and_a_source() -> None:
    mine = [row for row in TARGETS.rows if row.scope not in targets.EXPERIMENTS]
    measured = {p.measure for row in mine for p in row.parts}
    assert measured <= set(MEASURES) | {"ledger"}
    for row in TARGETS.rows:
        assert row.sources
        assert row.grade in "GTO"
        assert all(p.low <= p.high for p in row.parts)
        assert bool(row.parts) != bool(row.why), row.id
    assert len({row.id for row in TARGETS.rows}) == len(TARGETS.rows)
    october = [row for row in TARGETS.rows if row.scope == "october"]
    assert [sum(row.grade == g for row in october) for g in "GTO"] == [3, 24, 4]


def card(values: dict[str, list[float | None]]) -> scorecard.Scorecard:
    lines = [
        scorecard.Line(
            target=row,
            scores=tuple(scorecard._score(p, values.get(p.measure, [None])) for p in row.parts)
            if row.scope not in targets.EXPERIMENTS
            else (),
        )
        for row in TARGETS.rows
    ]
    return scorecard.Scorecard(
        scenario="october-2025-small", replicates=1, cascaded=1, lines=tuple(lines)
    )


def test_a_row_of_several_numbers_passes_with_all_of_them() -> None:
    both = card({"first leg": [-0.033], "level after 20 minutes": [-0.021]})
    one = card({"first leg": [-0.033], "level after 20 minutes": [-0.05]})
    half = card({"first leg": [-0.033]})
    verdicts = [
        next(line.verdict for line in c.lines if line.target.id == 52) for c in (both, one, half)
    ]
    assert verdicts == ["pass", "miss", "not computable"]


def test_gates_hold_only_when_all_of_them_pass() -> None:
    good = {
        "long share of liquidations": [0.85],
        "depth of BTC": [-0.9],
        "depth of thin coins": [-0.98],
        "ledger": [0.0],
    }
    assert card(good).gates_hold
    assert not card({**good, "ledger": [1.0]}).gates_hold
    assert not card({name: value for name, value in good.items() if name != "ledger"}).gates_hold


def test_the_screen_shows_what_fails_and_what_a_run_cannot_say() -> None:
    made = card({"fall of BTC": [-0.30]})
    text = summary(made)
    assert "MISS" in next(line for line in text.splitlines() if " 5 BTC, deepest fall" in line)
    assert "the quarter after is not simulated by a run" in text
    assert "unhedged replay hyperliquid-2025-10-10" in text
    assert finding(made).startswith("0 of 3 gates hold; 0 of 24 target rows")
    assert len(figure(made).grid.rows) >= len(TARGETS.rows)


def test_a_scenario_without_targets_is_refused() -> None:
    with pytest.raises(ResultsError, match='nothing to score "calm"'):
        targets.load("calm")


def test_no_replicates_no_score() -> None:
    with pytest.raises(ResultsError, match="no finished replicate"):
        scorecard.score(TARGETS, replicates=[], measured=lambda _: {}, balanced=True)


def test_the_reduced_day_is_held_against_the_same_targets() -> None:
    assert set(targets.scored()) >= {"october-2025", "october-2025-small"}
    assert targets.load("october-2025-small").rows == targets.load("october-2025").rows
