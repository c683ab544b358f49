"""Whole columns at once say what one row at a time says: values, names, sums."""

import random
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.engine.money import worth_of, worths_of
from unhedged.engine.names import Names
from unhedged.engine.statement import _closed
from unhedged.vocab.ids import account_key, agent_key


@given(
    lots=st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=20),
    milli=st.integers(1, 10**10),
    num=st.integers(1, 10**5),
    den=st.integers(1, 1000),
    inverse=st.booleans(),
)
def test_values_of_many_are_those_of_each(lots, milli, num, den, inverse):
    terms = SimpleNamespace(num=num, den=den, inverse=inverse)
    expected = [worth_of(terms, n, milli + k) for k, n in enumerate(lots)]
    if max(map(abs, expected)) >= 2**63:
        return
    found = worths_of(terms, np.array(lots), milli + np.arange(len(lots)))
    assert found.tolist() == expected
    assert found.dtype == np.int64


def test_nothing_is_worth_nothing():
    terms = SimpleNamespace(num=1, den=1, inverse=False)
    assert worths_of(terms, np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


def test_names_are_keys_and_houses_have_no_number():
    names = Names(["hub", "spot"])
    names.add_accounts(names.add_group("fund", "venue"), np.array([-1]))
    names.add_accounts(names.add_group("longs", "leveraged"), np.arange(3))
    venue_of = np.array([1, 0, 0, 1])
    found, kinds = names.account_columns([3, -1, 0, 1, 3], venue_of)
    assert found.to_list() == [
        account_key(agent_key("longs", 2), "spot"),
        None,
        account_key("fund", "spot"),
        account_key(agent_key("longs", 0), "hub"),
        account_key(agent_key("longs", 2), "spot"),
    ]
    assert kinds.to_list() == ["leveraged", None, "venue", "leveraged", "leveraged"]


@pytest.mark.parametrize("pieces", [1, 7])
def test_closed_dollars_are_added_in_order_of_time_whatever_the_pieces(pieces):
    rng = random.Random(pieces)
    rows = [(f"a{rng.randrange(40)}", rng.uniform(0.0, 1e7) ** rng.choice([1, 2])) for _ in range(7_000)]  # fmt: skip
    expected: dict[str, float] = {}
    for who, usd in rows:
        expected[who] = expected.get(who, 0.0) + usd
    size = len(rows) // pieces
    schema = {"account": pl.String, "notional": pl.Float64}
    frames = [
        pl.DataFrame(rows[n : n + size], schema, orient="row") for n in range(0, len(rows), size)
    ]
    found = _closed(pl.concat(frames, rechunk=False), "forced")
    assert dict(found.iter_rows()) == expected


def test_nobody_closed_is_no_row():
    found = _closed(pl.DataFrame({}, {"account": pl.String, "notional": pl.Float64}), "adl")
    assert found.shape == (0, 2)
