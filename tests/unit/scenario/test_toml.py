"""Scenario data written as TOML reads back the same."""

import datetime
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.scenario.layers import shipped, stack
from unhedged.scenario.load import load
from unhedged.scenario.toml import to_toml

words = st.text(min_size=1, max_size=8)
scalars = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.text(max_size=12),
    st.datetimes(timezones=st.just(datetime.UTC)).map(lambda d: d.replace(microsecond=0)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=12,
)


@given(st.dictionaries(words, values, max_size=5))
def test_data_written_reads_back_the_same(data) -> None:
    assert tomllib.loads(to_toml(data)) == data


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario_written_whole_gives_the_same_plan(name: str) -> None:
    assert tomllib.loads(load(name).to_toml()) == stack(name).data
    assert load(tomllib.loads(load(name).to_toml())).plan().hash() == load(name).plan().hash()
