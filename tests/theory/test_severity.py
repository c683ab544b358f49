"""Severity round by round: what learning achieves, and which loss is worth learning from."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import adl_severity
from tests.support.adl_severity import (
    SEQUENCES,
    bound,
    descend,
    fixed,
    printed_loss,
    regret,
    turned_loss,
)
from tests.support.adl_theory import slope

ROUNDS = (50, 200, 800, 3_200)
PART = st.floats(0.0, 1.0)
RATE = st.floats(0.01, 10.0)


@given(PART, st.integers(1, 1_000))
def test_a_fixed_severity_is_wrong_by_half_in_every_round_of_some_market(
    theta: float, rounds: int
) -> None:
    """And in either market another fixed severity loses nothing: regret is loss."""
    losses = [fixed(theta, [wanted] * rounds) for wanted in (0.0, 1.0)]
    assert max(losses) >= rounds / 2 * (1 - 1e-12)
    assert [adl_severity.best_fixed([wanted] * rounds) for wanted in (0.0, 1.0)] == [0, 0]


@pytest.mark.parametrize("name", list(SEQUENCES))
def test_gradient_steps_stay_within_the_bound(name: str) -> None:
    assert all(regret(SEQUENCES[name], rounds) <= bound(rounds) for rounds in ROUNDS)


@given(st.lists(PART, min_size=1, max_size=300))
def test_no_sequence_passes_the_bound(wanted: list[float]) -> None:
    assert regret(lambda t, theta: wanted[t - 1], len(wanted)) <= bound(len(wanted)) + 1e-9


def test_the_bound_is_of_the_right_order() -> None:
    """An adversary makes regret grow as the root of the rounds, no slower: exponent one half."""
    found = [regret(SEQUENCES["whichever is farther"], rounds) for rounds in ROUNDS]
    assert slope(ROUNDS, found) == pytest.approx(0.5, abs=0.05)


def test_against_the_best_of_each_round_nobody_learns() -> None:
    """The best of each round loses nothing; gradient steps lose in proportion to the rounds: exponent one."""
    losses = []
    for rounds in ROUNDS:
        chosen, asked = descend(SEQUENCES["drawn from 0 to 1"], rounds)
        losses.append(float(np.abs(np.array(chosen) - asked).sum()))
    assert slope(ROUNDS, losses) == pytest.approx(1.0, abs=0.05)
    assert losses[-1] > 0.2 * ROUNDS[-1]


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), RATE, RATE, RATE)
def test_the_printed_loss_is_least_at_severity_one(
    deficit: float, most: float, lam: float, mu: float, nu: float
) -> None:
    at = [printed_loss(t, deficit, most, lam=lam, mu=mu, nu=nu) for t in np.linspace(0, 1, 11)]
    assert min(at) == at[-1]
    assert all(a >= b for a, b in pairwise(at))


@given(st.floats(1.0, 1e6), PART, RATE, st.floats(1.01, 5.0))
def test_the_turned_loss_is_least_where_as_much_as_m_is_taken(
    deficit: float, part: float, lam: float, more: float
) -> None:
    most = part * deficit
    least = turned_loss(part, deficit, most, lam=lam, mu=more * lam)
    for theta in np.linspace(0, 1, 21):
        assert (
            turned_loss(theta, deficit, most, lam=lam, mu=more * lam)
            >= least - 1e-9 * deficit * lam
        )
