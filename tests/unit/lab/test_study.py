"""A study: every change is a plan of its own but the null, corrections count all questions."""

import numpy as np
import pytest

from unhedged.lab import study
from unhedged.report.study import summary
from unhedged.results import headline
from unhedged.scenario.load import load
from unhedged.vocab.errors import ResultsError

STUDY = study.load("october-2025-small")


@pytest.mark.parametrize("name", study.known())
def test_every_change_makes_another_plan_and_looks_at_measures_that_exist(name: str) -> None:
    asked = study.load(name)
    plain = load(asked.scenario)
    hashes = [plain.vary(list(variant.set)).plan().hash() for variant in asked.variants]
    assert len({plain.plan().hash(), *hashes}) == len(hashes) + 1
    known = headline.known(instrument.id for instrument in plain.spec.instrument)
    assert set(asked.measures) <= set(known)


def rows(shift: float, seed: int = 1, count: int = 12) -> list[dict[str, float]]:
    random = np.random.default_rng(seed)
    return [
        {"replicate": n, "forced_usd": 1e9 + 1e7 * random.normal() + shift, "adl_usd": 2e9}
        for n in range(count)
    ]


def test_differences_are_corrected_for_all_questions_together() -> None:
    small = study.Study(
        scenario="s", measures=("forced_usd", "adl_usd"), variants=STUDY.variants[:3]
    )
    base = rows(0.0)
    found = study.effects(small, base, [rows(0.0), rows(2e7, seed=2), rows(0.0, seed=3)])
    assert [d.mean for d in found[0].differences] == [0.0, 0.0]
    assert not any(d.clear for d in found[0].differences)
    assert found[1].differences[0].clear
    alone = study.paired(base, rows(2e7, seed=2), ["forced_usd"])[0].chance
    assert found[1].differences[0].chance > alone
    text = summary(small, found)
    assert "Holm's correction for 6 questions" in text
    line = next(line for line in text.splitlines() if line.startswith("ADL off"))
    assert "+$" in line
    assert "*" in line
    null = next(line for line in text.splitlines() if line.startswith("nothing changed"))
    assert "*" not in null


def test_a_scenario_without_a_study_is_refused() -> None:
    with pytest.raises(ResultsError, match="no study"):
        study.load("calm")
