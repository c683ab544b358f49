"""Passive holders who want out and cannot: the same order after a while, for what is left, until they are out."""

import pytest
from numba import njit
from tests.support.market import FIRST_TRADER, Market

from unhedged.kernels.clock import next_event, release_event
from unhedged.kernels.gateway import arrive
from unhedged.kernels.risk import PANIC_DELAY, close_all
from unhedged.kernels.tables import event, world
from unhedged.vocab.enums import AccountStatus, FillCause, Side

MARK = 100_000_000
HOLDER, MAKER = FIRST_TRADER, FIRST_TRADER + 1
AFTER = 7 * 10**9
BAND = 50_000_000  # 5 %


@njit("void(int64, int64, int64)")
def close(address: int, p: int, cause: int) -> None:
    close_all(world(address), p, cause, 0)


@njit("int64(int64)")
def deliver(address: int) -> int:
    # The next event, a message; its time.
    w = world(address)
    row = next_event(w)
    e = event(w, row)
    w.now = e.t
    subject = e.subject
    release_event(w, row)
    arrive(w, subject)
    return w.now


def market(pos=10, *, again=AFTER, band=0):
    return Market(
        venue={},
        instruments=[
            {
                "mark": MARK,
                "num": 100,
                "den": 1,
                "tiers": [(0, 10_000_000, 20_000_000, 0)],
                "band_ppb": band,
            }
        ],
        accounts=[
            {"cash": 10**12, "positions": {0: (pos, pos * 10**7)}, "again": again},
            {"cash": 10**12, "positions": {0: (-pos, -pos * 10**7)}},
        ],
    )


def bid(made, qty, px=99_999):
    made.order(MAKER, 0, Side.BUY, px, qty)


def stop(made, cause=FillCause.STOP):
    close(made.address, made.slot(HOLDER, 0), int(cause))


def held(made):
    return int(made.position(HOLDER)["pos"])


def waiting(made):
    return int(made.memory.world["used_messages"]), int(made.memory.world["pending"])


def test_what_the_book_did_not_take_goes_out_again_until_nothing_is_left():
    made = market()
    bid(made, 4)
    stop(made)
    assert (held(made), waiting(made)) == (6, (1, 1))
    bid(made, 5)
    assert deliver(made.address) == AFTER
    assert (held(made), waiting(made)) == (1, (1, 1))
    assert deliver(made.address) == 2 * AFTER  # an empty book
    assert (held(made), waiting(made)) == (1, (1, 1))
    bid(made, 5)
    assert deliver(made.address) == 3 * AFTER
    assert (held(made), waiting(made)) == (0, (0, 0))


def test_who_is_out_at_once_sends_nothing():
    made = market()
    bid(made, 10)
    stop(made)
    assert (held(made), waiting(made)) == (0, (0, 0))


def test_a_short_buys_again():
    made = market(-10)
    made.order(MAKER, 0, Side.SELL, 100_001, 4)
    stop(made)
    assert (held(made), waiting(made)) == (-6, (1, 1))
    made.order(MAKER, 0, Side.SELL, 100_001, 6)
    deliver(made.address)
    assert (held(made), waiting(made)) == (0, (0, 0))


def test_an_order_outside_the_band_goes_out_again():
    made = market(band=BAND)
    bid(made, 10, 90_000)
    stop(made)
    assert (held(made), waiting(made)) == (10, (1, 1))
    bid(made, 10, 96_000)
    deliver(made.address)
    assert (held(made), waiting(made)) == (0, (0, 0))


def test_an_account_the_venue_works_on_comes_back_when_it_is_its_own_again():
    made = market()
    bid(made, 4)
    stop(made)
    made.memory["account"]["status"][HOLDER] = AccountStatus.IN_LIQUIDATION
    bid(made, 6)
    deliver(made.address)
    assert (held(made), waiting(made)) == (6, (1, 1))
    made.memory["account"]["status"][HOLDER] = AccountStatus.LIVE
    deliver(made.address)
    assert (held(made), waiting(made)) == (0, (0, 0))


def test_a_position_that_was_closed_meanwhile_or_turned_ends_it():
    for pos in (0, -3):
        made = market()
        bid(made, 4)
        stop(made)
        made.memory["position"]["pos"][made.slot(HOLDER, 0)] = pos
        deliver(made.address)
        assert (held(made), waiting(made)) == (pos, (0, 0))


def test_panic_travels_first_and_then_tries_again():
    made = market()
    bid(made, 4)
    stop(made, FillCause.PANIC)
    assert (held(made), waiting(made)) == (10, (1, 1))
    assert deliver(made.address) == PANIC_DELAY
    assert (held(made), waiting(made)) == (6, (1, 1))
    bid(made, 6)
    assert deliver(made.address) == PANIC_DELAY + AFTER
    assert (held(made), waiting(made)) == (0, (0, 0))


@pytest.mark.parametrize(("cause", "again"), [(FillCause.TAKE_PROFIT, AFTER), (FillCause.STOP, 0)])
def test_a_profit_that_is_missed_and_a_holder_who_does_not_try_again_keep_what_is_left(
    cause, again
):
    made = market(again=again)
    bid(made, 4)
    stop(made, cause)
    assert (held(made), waiting(made)) == (6, (0, 0))
