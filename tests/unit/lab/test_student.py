"""Student's t and Holm's correction against published tables."""

import pytest

from unhedged.lab.student import EXACT, critical, holm, two_sided


@pytest.mark.parametrize(
    ("freedom", "value"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (10, 2.2281), (30, 2.0423), (120, 1.9799)],
)  # fmt: skip
def test_critical_values_of_the_published_table(freedom: int, value: float) -> None:
    assert critical(freedom) == pytest.approx(value, abs=5e-5)
    assert critical(freedom, 0.01) > value


def test_series_and_normal_meet() -> None:
    for t in (0.5, 1.96, 4.0):
        assert two_sided(t, EXACT) == pytest.approx(two_sided(t, EXACT + 1), rel=1e-2, abs=1e-6)
    assert two_sided(0.0, 7) == 1.0


def test_holm_of_his_own_kind_of_example() -> None:
    # Smallest times m, next times m - 1, never falling; in the order given.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
