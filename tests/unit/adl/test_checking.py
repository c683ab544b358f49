"""A policy is put to the question, and a wrong one is shown the smallest question it gets wrong."""

import numpy as np
import pytest
from tests.support import bad_policies
from tests.support.winners import winners_with

from unhedged.adl.checking import check_policy, smallest
from unhedged.adl.scores import okx
from unhedged.vocab.errors import PluginError


def test_a_right_policy_answers_every_question():
    assert check_policy(bad_policies.right, rounds=50) > 200
    assert check_policy(okx, rounds=5) > 15


@pytest.mark.parametrize(
    ("name", "fault", "example"),
    [
        ("rounds_each", "lots in all", "1 lot to close: winner 0: qty 1"),
        ("fractions", "returned float64", "1 lot to close: winner 0: qty 1"),
        ("negative", "closes -1 of 1 lots", "1 lot to close: winner 0: qty 2"),
        ("flips", "closes 2 of 1 lots of winner 0; a position would be flipped", "2 lots to close: winner 0: qty 1"),
        ("draws_lots", "answers the same question in two ways", "1 lot to close: winner 0: qty 1"),
        ("sorts_in_place", "changes the list of winners", "1 lot to close: winner 0: qty 1"),
        ("unlocks", "changes the list of winners", "1 lot to close: winner 0: qty 1, score 1"),
        ("divides_by_profit", "raises ZeroDivisionError", "1 lot to close: winner 0: qty 1, unrealised -1"),
        ("too_short", "returned shape (1,) for 2 winners", "1 lot to close: winner 0: qty 1"),
        ("leaves", "raises SystemExit: 0.", "1 lot to close: winner 0: qty 1"),
        ("never_fresh", "raises KeyError: 'memory'.", "in fresh"),
        ("remembers", "after earlier events it closes 0 lots in all", "The sum must be"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_shown_its_smallest_example(name, fault, example):
    with pytest.raises(PluginError) as caught:
        check_policy(getattr(bad_policies, name), name=name)
    text = str(caught.value)
    assert fault in text
    assert example in text
    assert text.startswith(f'Plug-in "{name}": ')
    assert len(text.splitlines()) <= 6


def test_any_seed_finds_them():
    for seed in range(5):
        with pytest.raises(PluginError):
            check_policy(bad_policies.rounds_each, seed=seed)


def test_the_smallest_question_has_no_smaller_neighbour():
    question = smallest(
        lambda q: len(q[0]) >= 3 and q[1] >= 4 and q[0]["qty"].sum() >= 7,
        (winners_with([90, 80, 70, 60, 50], unrealised=4), 99),
    )
    winners, lots = question
    assert len(winners) == 3
    assert lots == 4
    assert winners["qty"].sum() == 7
    assert not winners["unrealised"].any()


def test_shrinking_ends_when_a_fault_comes_and_goes():
    calls = iter(range(10**9))
    winners, lots = smallest(lambda q: next(calls) % 2 == 0, (winners_with([10**6] * 50), 10**9))
    assert lots >= 1
    assert np.all(winners["qty"] >= 1)
