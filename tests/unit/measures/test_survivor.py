"""The best winner left, by hand."""

import math

import pytest

from unhedged.measures import survivor as sv

W, QUEUE, PRO_RATA = [8.0, 4.0, 0.5], [3.5, 4.0, 0.0], [4.8, 2.4, 0.3]


def test_ratios_of_the_worked_case() -> None:
    """Deficit 15, severity one half, so 7.5 is taken; the largest loser lacks 9."""
    top = sv.top_survivor(W, PRO_RATA)
    assert top == pytest.approx(3.2)
    assert sv.top_survivor(W, QUEUE) == 4.5
    assert sv.ptsr(top, 0.5, 15.0) == pytest.approx(3.2 / 7.5)
    assert sv.ptsr_unpaid(top, 15.0, 7.5) == pytest.approx(3.2 / 7.5)
    assert sv.ptsr_unpaid(top, 15.0, 12.0) == pytest.approx(3.2 / 3)
    assert sv.pmr(top, 0.5, 9.0) == pytest.approx(3.2 / 4.5)
    assert sv.pmr_unpaid(top, 15.0, 12.0, 9.0) == pytest.approx(3.2 / (0.2 * 9))
    assert sv.rd_nse(top, 15.0, 12.0) == pytest.approx(3.2 / 6.2)


def test_paper_and_code_agree_at_one_half_only() -> None:
    for theta in (0.2, 0.5, 0.8):
        paper, code = sv.ptsr(1.0, theta, 10.0), sv.ptsr_unpaid(1.0, 10.0, theta * 10.0)
        assert (paper == pytest.approx(code)) == (theta == 0.5)


def test_a_deficit_paid_in_full_leaves_no_measure_of_what_is_unpaid() -> None:
    assert sv.ptsr_unpaid(3.0, 10.0, 10.0) == math.inf
    assert sv.ptsr_unpaid(3.0, 10.0, 12.0) == math.inf
    assert math.isnan(sv.ptsr_unpaid(0.0, 10.0, 10.0))
    assert sv.pmr_unpaid(3.0, 0.0, 0.0, 0.0) == math.inf
    assert math.isnan(sv.pmr_unpaid(0.0, 0.0, 0.0, 0.0))
    assert sv.rd_nse(3.0, 10.0, 10.0) == 1.0
    assert math.isnan(sv.rd_nse(0.0, 10.0, 10.0))


def test_nobody_keeps_nothing() -> None:
    assert sv.top_survivor([], []) == 0.0
    assert sv.top_survivor([1.0], [2.0]) == 0.0
