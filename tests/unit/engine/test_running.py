"""Which replicates a run is asked for."""

import pytest

from unhedged.engine.running import wanted, workers_for
from unhedged.vocab.errors import ScenarioError


def test_numbers_are_a_range_whatever_their_count() -> None:
    assert wanted(None, None, 20) == range(20)
    assert wanted(3, None, 20) == range(3)
    assert wanted(None, 17, 20) == range(17, 18)
    assert wanted(1_000_000, None, 20) == range(1_000_000)


@pytest.mark.parametrize("replicates", [0, -1, 2.5, "3", True, 1_000_000_000])
def test_number_of_replicates_is_a_whole_number_above_zero(replicates) -> None:
    with pytest.raises(ScenarioError, match="replicates is") as caught:
        wanted(replicates, None, 20)
    assert "from 1 to 1,000,000" in caught.value.allowed


@pytest.mark.parametrize("only", [-3, 1.0, "x"])
def test_one_replicate_is_named_by_its_number(only) -> None:
    with pytest.raises(ScenarioError, match="only is"):
        wanted(None, only, 20)


def test_one_or_many_but_not_both() -> None:
    with pytest.raises(ScenarioError, match="not both"):
        wanted(5, 3, 20)


def test_workers_are_no_more_than_replicates() -> None:
    assert workers_for(None, 3, 8) == 3
    assert workers_for(2, 3, 8) == 2
    with pytest.raises(ScenarioError, match="workers is 0"):
        workers_for(0, 3, 8)
