"""Whatever is sent, the book is never crossed, serves in order of arrival, and makes or loses no lot and no atom."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.one_book import ACCOUNTS, TAGS, Desk, build, check_state, handle

from unhedged.kernels.layout.agents import MESSAGE
from unhedged.vocab.enums import Command, InstrumentKind, Reject, Side

COMMANDS = [Command.LIMIT] * 4 + [
    Command.MARKET,
    Command.CANCEL,
    Command.MODIFY,
    Command.CANCEL_ALL,
]
PX = st.one_of(st.integers(95, 105), st.integers(1, 400), st.sampled_from([1, 10**6, 2**31 - 1]))
QTY = st.one_of(st.integers(1, 5), st.integers(1, 10**10))

ONE = st.tuples(
    st.sampled_from(COMMANDS),
    st.integers(1, ACCOUNTS - 1),
    st.integers(0, 3),
    st.integers(0, 1),
    PX,
    QTY,
    st.integers(0, 3),
    st.integers(0, 1),
)


def messages(drawn: list[tuple[int, ...]]) -> np.ndarray[Any, Any]:
    m = np.zeros(len(drawn), MESSAGE)
    for k, (command, trader, tag, side, px, qty, force, reduce_only) in enumerate(drawn):
        m[k]["command"], m[k]["position"], m[k]["agent"] = command, trader, trader
        m[k]["tag"], m[k]["side"], m[k]["px"] = trader * TAGS + tag, side, px
        m[k]["qty"], m[k]["force"], m[k]["reduce_only"] = qty, force, reduce_only
    return m


@pytest.mark.parametrize("kind", list(InstrumentKind))
@given(drawn=st.lists(ONE, max_size=60), window=st.sampled_from([64, 256]))
@settings(max_examples=60)
def test_a_book_stays_whole_after_every_message(
    kind: InstrumentKind, drawn: list[tuple[int, ...]], window: int
) -> None:
    start = 10**11 if kind == InstrumentKind.SPOT else 0
    m = build(kind=kind, window=window, px=100, pos=start, cash=10**17, num=5, den=2)
    cash = int(m["account"]["cash"].sum())
    for message in messages(drawn):
        handle(m, message.reshape(1))
        check_state(m)  # links, sums, best prices, bid below ask
        assert m["account"]["cash"].sum() == cash
        assert m["position"]["pos"].sum() == start * (ACCOUNTS - 1)
        longs = m["position"]["pos"].clip(min=0).sum()
        if kind == InstrumentKind.SPOT:
            assert (m["position"]["pos"] >= m["position"]["open_sell"]).all()
            assert (m["account"]["held"] >= 0).all()
        else:
            assert m["instrument"]["open_interest"][0] == longs


@given(drawn=st.lists(ONE, max_size=60))
def test_when_all_orders_are_cancelled_nothing_is_held_open_or_lost(
    drawn: list[tuple[int, ...]],
) -> None:
    m = build(kind=InstrumentKind.SPOT, window=64, px=100, pos=10**11, cash=10**17, num=5, den=2)
    handle(m, messages(drawn))
    everyone = [(Command.CANCEL_ALL, a, 0, 0, 0, 0, 0, 0) for a in range(1, ACCOUNTS)]
    handle(m, messages(everyone))
    assert not m["account"]["held"].any()
    assert not m["position"]["open_buy"].any()
    assert not m["position"]["open_sell"].any()
    assert m.world["used_orders"] == m.world["used_far"] == 0
    assert not m["word"]["bits"].any()
    assert not m["level"]["qty"].any()


@given(
    queue=st.lists(st.tuples(st.integers(95, 100), st.integers(1, 9)), min_size=1, max_size=40),
    wanted=st.integers(1, 200),
)
def test_lots_are_served_by_price_then_arrival_and_volume_is_what_was_there(
    queue: list[tuple[int, int]], wanted: int
) -> None:
    desk = Desk(window=64, px=100)
    for n, (px, qty) in enumerate(queue):
        desk.limit(3 + n % 4, Side.SELL, px, qty)
    assert desk.limit(1, Side.BUY, 100, wanted, force=1) == Reject.NONE
    served, left = [], wanted
    for n, (px, qty) in sorted(enumerate(queue), key=lambda item: item[1][0]):
        if left > 0:
            served.append((3 + n % 4, px, min(qty, left)))
            left -= served[-1][2]
    assert desk.fills == served
    assert desk.m["instrument"]["volume"][0] == min(wanted, sum(qty for _, qty in queue))
