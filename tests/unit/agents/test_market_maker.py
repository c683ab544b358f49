"""What a maker quotes, when it shrinks, leaves and returns, and how it hedges."""

import math

import numpy as np
import pytest
from numba import njit

from unhedged.agents import cells as c
from unhedged.agents.market_maker import behave
from unhedged.agents.quotes import skew_term, spread_term
from unhedged.scenario.makers import MarketMaker
from unhedged.vocab.enums import Command, Side, TimeInForce

PX = 1_000_000


@njit
def closed_form(sigma, risk, arrival, distance):
    return spread_term(risk, distance), skew_term(sigma, risk, arrival)


@pytest.fixture
def maker(situation):
    def make(hedge=False, **keys):
        spec = MarketMaker(
            id="m",
            kind="market_maker",
            quotes="a/B-PERP",
            hedge="s/B" if hedge else None,
            capital="$100M",
            **keys,
        )
        made = situation(behave, spec, 2 if hedge else 1)
        made.usd(0, 50e6 if hedge else 100e6)
        if hedge:
            made.own(1, 250_000)  # $25M in coins
            made.usd(1, 50e6)
        return made

    return make


def side(messages, wanted, leg=0):
    return [m for m in messages if m.side == wanted and m.leg == leg and m.command == Command.LIMIT]


def rest_all(s, messages):
    s.seen["open_buy"][0] = sum(m.qty for m in side(messages, Side.BUY))
    s.seen["open_sell"][0] = sum(m.qty for m in side(messages, Side.SELL))


# ---------------------------------------------------------------------------------------- closed form


@pytest.mark.parametrize("gamma", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("k", [0.3, 1.5, 5000.0])
@pytest.mark.parametrize("sigma", [1e-4, 0.3, 2.0])
@pytest.mark.parametrize("arrival", [0.02, 0.9, 140.0])
def test_quotes_equal_the_published_closed_form(gamma, k, sigma, arrival):
    spread, skew = closed_form(sigma, gamma / k, arrival, 1.0 / k)
    assert spread == pytest.approx(math.log(1 + gamma / k) / gamma, rel=1e-9)
    published = math.sqrt(sigma**2 * gamma / (2 * k * arrival) * (1 + gamma / k) ** (1 + k / gamma))
    assert skew == pytest.approx(published, rel=1e-9)


def test_spread_term_is_the_1_291_of_avellaneda_and_stoikov():
    spread, _ = closed_form(2.0, 0.1 / 1.5, 140.0, 1 / 1.5)
    assert 2 * spread == pytest.approx(1.291, abs=5e-4)


# ------------------------------------------------------------------------------------------- quoting


def test_flat_maker_quotes_evenly_around_the_mid(maker):
    s = maker()
    messages = s.turn()
    bids, asks = side(messages, Side.BUY), side(messages, Side.SELL)
    assert len(bids) == len(asks) == 4
    assert all(m.force == TimeInForce.POST_ONLY for m in messages)
    for b, a in zip(bids, asks, strict=True):
        assert abs((PX - b.px) - (a.px - PX)) <= 1
    assert [b.px for b in bids] == sorted((b.px for b in bids), reverse=True)
    usd = sum(b.qty for b in bids) * 100.0
    assert usd == pytest.approx(10e6, rel=0.01)  # 10 % of capital
    half = 2e-4 * math.log(1.3) / 0.3 * PX
    assert PX - bids[0].px >= half - 1
    assert (PX - bids[-1].px) / PX == pytest.approx(0.0092, rel=0.03)


def test_on_spot_it_offers_no_coins_and_no_cash_it_lacks(maker):
    s = maker()
    s.own(0, 50_000)
    s.usd(0, 5e6 + 2e6)
    messages = s.turn()
    assert sum(m.qty for m in side(messages, Side.SELL)) == 50_000
    assert sum(m.qty for m in side(messages, Side.BUY)) == pytest.approx(19_600, abs=5)


def test_each_order_has_a_tag_of_its_own(maker):
    tags = [m.tag for m in maker().turn()]
    assert len(set(tags)) == len(tags)


def test_quotes_stay_where_they_are_while_nothing_changed(maker):
    s = maker()
    rest_all(s, s.turn())
    assert s.turn(1.0) == []


def test_long_maker_lowers_both_quotes_and_buys_less(maker):
    flat, long = maker(), maker()
    long.seen["pos"][0] = 220_000  # $22M, its limit
    ours, theirs = long.turn(), flat.turn()
    assert side(ours, Side.SELL)[0].px < side(theirs, Side.SELL)[0].px
    assert side(ours, Side.BUY)[0].px < side(theirs, Side.BUY)[0].px
    bought = sum(m.qty for m in side(ours, Side.BUY)) / sum(m.qty for m in side(theirs, Side.BUY))
    assert bought == pytest.approx(0.033 + 0.967 / 2, rel=0.01)
    assert sum(m.qty for m in side(ours, Side.SELL)) == sum(m.qty for m in side(theirs, Side.SELL))


def test_short_maker_is_the_mirror_image(maker):
    long, short = maker(), maker()
    long.seen["pos"][0], short.seen["pos"][0] = 100_000, -100_000
    ours, theirs = long.turn(), short.turn()
    for a, b in zip(side(ours, Side.BUY), side(theirs, Side.SELL), strict=True):
        assert abs((PX - a.px) - (b.px - PX)) <= 100  # distances multiply: second order
        assert abs(a.qty - b.qty) <= 1


def test_skew_per_order_is_the_closed_form(maker):
    s = maker()
    s.turn()
    s.turn(5.0)  # volatility is the first guess
    s.state[c.MAKER_SLOW] = 1e-8
    _, per_order = closed_form(1e-4, 0.3, 0.1, 2e-4)
    s.seen["pos"][0] = 10_000  # one unit of 1 % of $100M; the position itself counts half more
    s.state[c.MAKER_REFERENCE] = PX
    s.of[c.MAKER_FOLLOW] = s.of[c.MAKER_ANCHOR] = 1e12
    s.turn(1.0)
    assert s.state[c.MAKER_CENTRE] == pytest.approx(PX * (1 - 1.5 * per_order), rel=1e-8)


def test_reference_does_not_run_away_from_the_maker_that_moves_the_price(maker):
    """The mid sits where a long maker alone puts it: below its reference by its skew. Nothing may drift."""
    s = maker()
    s.turn()
    s.seen["pos"][0] = 150_000
    s.of[c.MAKER_ANCHOR] = 1e12
    s.turn(1.0)
    for _ in range(2_000):
        centre = s.state[c.MAKER_CENTRE]
        s.book(0, round(centre) - 20, round(centre) + 20)
        s.turn(1.0)
    assert s.state[c.MAKER_REFERENCE] == pytest.approx(PX, rel=2e-3)


def test_reference_follows_the_mid_and_a_little_the_value(maker):
    s = maker()
    s.turn()
    s.book(0, 980_000 - 5, 980_000 + 5)
    for _ in range(300):
        s.turn(1.0)
    followed = (PX - s.state[c.MAKER_REFERENCE]) / 20_000
    assert 0.5 < followed < 0.64  # 1 - 1/e of the way, held back by the anchor


def test_eaten_side_comes_back_with_the_refill_time(maker):
    s = maker()
    first = s.turn()
    rest_all(s, first)
    full = s.seen["open_buy"][0]
    s.seen["open_buy"][0] = 0
    back = sum(m.qty for m in side(s.turn(1.0), Side.BUY))
    assert back == pytest.approx(full * (1 - math.exp(-0.1)), rel=0.01)


def test_quotes_never_cross_the_touch_it_sees(maker):
    s = maker()
    s.turn()
    s.book(0, 950_000, 950_010)  # fell 5 % at once; the reference has not followed
    bids = side(s.turn(1.0), Side.BUY)
    assert bids
    assert max(m.px for m in bids) <= 950_009


@pytest.mark.parametrize(("bid", "ask"), [(-1, PX + 5), (PX - 5, -1), (-1, -1)])
def test_it_quotes_both_sides_of_an_empty_book(maker, bid, ask):
    s = maker()
    s.book(0, bid, ask)
    messages = s.turn()
    assert side(messages, Side.BUY)
    assert side(messages, Side.SELL)


def test_a_tiny_maker_shows_what_it_has_at_the_first_level(maker):
    s = maker(depth="0.0003%")  # $300: three lots for four levels
    messages = s.turn()
    assert len(side(messages, Side.BUY)) == 1
    assert side(messages, Side.BUY)[0].qty == 3
    assert {m.command for m in messages} == {Command.LIMIT, Command.CANCEL}


def test_it_sends_nothing_into_a_blocked_gateway(maker):
    s = maker()
    s.seen["gateway_wait"][0] = 30 * 10**9
    assert s.turn() == []


# ------------------------------------------------------------------------------------ stress and leaving


def test_wild_prices_shrink_both_sides(maker):
    s = maker()
    rest_all(s, s.turn())
    s.turn(15.0)
    s.state[c.MAKER_CALM] = 1e-8
    s.state[c.MAKER_VARIANCE] = 64e-8  # eight times calm
    messages = s.turn(1e-6)
    shown = sum(m.qty for m in side(messages, Side.BUY)) * 100.0
    assert shown == pytest.approx(10e6 * (0.033 + 0.967 / 2), rel=0.02)


def test_loss_beyond_its_limit_makes_it_leave_and_sell_a_part(maker):
    s = maker()
    rest_all(s, s.turn())
    s.seen["pos"][0] = 100_000
    s.usd(0, 85e6)  # lost 15 %, limit 14 %
    messages = s.turn(1.0)
    assert messages[0].command == Command.CANCEL_ALL
    dumped = messages[1]
    assert (dumped.side, dumped.force) == (Side.SELL, TimeInForce.IOC)
    assert dumped.qty == 30_000
    assert dumped.px == math.ceil((PX - 5) * (1 - 0.002))
    s.seen["open_buy"][0] = s.seen["open_sell"][0] = 0
    later = s.turn(10.0)
    shown = sum(m.qty for m in side(later, Side.BUY)) * 100.0
    assert shown <= 10e6 * 0.034  # what it must show


def test_loss_below_its_limit_does_not(maker):
    s = maker()
    rest_all(s, s.turn())
    s.usd(0, 87e6)
    assert all(m.command != Command.CANCEL_ALL for m in s.turn(1.0))


def test_coins_it_was_stocked_with_may_fall_without_being_a_loss(maker):
    s = maker(hedge=True)
    rest_all(s, s.turn())
    for leg in range(2):
        s.book(leg, 700_000, 700_010)
    s.usd(1, 50e6 - 7.5e6)  # $25M of coins fell 30 %
    s.state[c.MAKER_MID] = 700_005
    assert all(m.command != Command.CANCEL_ALL for m in s.turn(1.0))


def test_volatility_beyond_its_tolerance_makes_it_leave(maker):
    s = maker()
    rest_all(s, s.turn())
    s.turn(15.0)
    s.state[c.MAKER_VARIANCE] = s.state[c.MAKER_CALM] * 12.0**2
    assert s.turn(1e-6)[0].command == Command.CANCEL_ALL


@pytest.fixture
def watching(situation):
    keys = {"quotes": "a/B-PERP", "hedge": "s/B", "watch": "a/C-PERP", "capital": "$100M"}
    s = situation(behave, MarketMaker(id="m", kind="market_maker", **keys), 3)
    s.usd(0, 50e6)
    s.own(1, 250_000)
    s.usd(1, 50e6)
    rest_all(s, s.turn())
    return s


def swing(s, leg, size, seconds=120):
    """Let the mid of a leg go up and down by ``size`` once a second; return what it wrote."""
    written = []
    for n in range(seconds):
        px = round(PX * (1 + size * (-1) ** n))
        s.book(leg, px - 5, px + 5)
        written += s.turn(1.0)
    return written


@pytest.mark.parametrize(("size", "leaves"), [(1e-5, False), (2e-3, True)])
def test_the_market_it_watches_makes_it_leave_when_that_goes_wild(watching, size, leaves):
    swing(watching, 2, 1e-5, 600)  # what is calm there
    written = swing(watching, 2, size)
    assert (Command.CANCEL_ALL in {m.command for m in written}) == leaves
    assert (watching.state[c.MAKER_AWAY] > 0) == leaves


def test_it_sends_nothing_to_the_market_it_watches(watching):
    watching.seen["pos"][0] = 400_000  # far beyond its limit
    assert {m.leg for m in swing(watching, 2, 2e-3)} <= {0, 1}


def test_the_level_of_the_market_it_watches_is_no_loss_of_its_own(watching):
    base = watching.state[c.MAKER_BASE]
    watching.book(2, PX // 2 - 5, PX // 2 + 5)
    watching.turn(1.0)
    assert watching.state[c.MAKER_AWAY] == 0.0
    assert watching.state[c.MAKER_BASE] == base


@pytest.mark.parametrize("own", ["a/B-PERP", "a/C-PERP", "s/B"])
def test_who_quotes_or_hedges_on_a_market_does_not_watch_it_beside(own):
    quotes = ["a/B-PERP", "a/C-PERP"]
    spec = MarketMaker(id="m", kind="market_maker", quotes=quotes, hedge="s/B", watch=own)
    assert spec.watch is None


def test_watching_needs_a_hedge():
    with pytest.raises(ValueError, match="hedges nowhere"):
        MarketMaker(id="m", kind="market_maker", quotes="a/B-PERP", watch="a/C-PERP")


def test_a_moving_value_is_risk_even_while_the_book_stands_still(maker):
    s = maker()
    rest_all(s, s.turn())
    s.turn(15.0)
    for n in range(400):
        s.seen["value"][0] = 100_000.0 * (1 + 3e-4 * (-1) ** n)
        s.turn(1.0)
    assert math.sqrt(s.state[c.MAKER_VARIANCE]) == pytest.approx(6e-4, rel=0.05)


def test_it_returns_after_the_cool_off_when_calm_and_smaller(maker):
    s = maker()
    rest_all(s, s.turn())
    s.usd(0, 80e6)
    s.turn(1.0)
    s.turn(499.0)
    assert s.state[c.MAKER_AWAY] > 0
    s.state[c.MAKER_VARIANCE] = s.state[c.MAKER_CALM] * 4.0**2
    s.rest(2.0)
    s.turn(1e-6)
    assert s.state[c.MAKER_AWAY] > 0  # still wild
    s.seen["t"] = int(s.state[c.MAKER_AWAY]) + 400 * 10**9
    s.state[c.MAKER_LAST] = s.seen["t"]
    s.turn(1e-6)
    assert s.state[c.MAKER_AWAY] == 0  # but it does not wait for ever
    s.state[c.MAKER_AWAY] = s.seen["t"] - 1
    s.state[c.MAKER_VARIANCE] = s.state[c.MAKER_CALM]
    s.turn(1e-6)
    assert s.state[c.MAKER_AWAY] == 0
    assert s.state[c.MAKER_SCALE] == pytest.approx(0.7)
    s.turn(1.0)
    assert s.state[c.MAKER_AWAY] == 0  # the old loss does not count again


def test_being_deleveraged_frightens_it_for_about_an_hour(maker):
    s = maker()
    rest_all(s, s.turn())
    s.seen["adl_qty"][0] = 200_000  # $20M of its positions closed
    messages = s.turn(1.0)
    shown = sum(m.qty for m in side(messages, Side.SELL)) * 100.0
    assert shown == pytest.approx(10e6 * (0.033 + 0.967 * math.exp(-0.6)), rel=0.01)
    s.turn(3600.0)
    assert s.state[c.MAKER_CLOSED] == pytest.approx(20e6 / math.e, rel=0.01)


# --------------------------------------------------------------------------------------------- hedge


def test_inventory_beyond_the_band_is_hedged_on_the_other_leg(maker):
    s = maker(hedge=True)
    s.seen["pos"][0] = 80_000  # $8M; band 30 % of $22M = $6.6M, down to $2.2M
    hedges = [m for m in s.turn() if m.leg == 1]
    assert len(hedges) == 1
    h = hedges[0]
    assert (h.side, h.force, h.tag) == (Side.SELL, TimeInForce.IOC, -1)
    assert h.qty == 20_000  # at most 2 % of capital an order


def test_inside_its_limit_it_hedges_at_a_price_its_own_quotes_justify(maker):
    s = maker(hedge=True)
    s.seen["pos"][0] = -80_000
    s.book(1, PX + 5_000, PX + 5_010)  # coins have usually cost 50 bps more
    first = next(m for m in s.turn() if m.leg == 1)
    assert first.px == int((PX + 5_010) * 1.002) or first.px < (PX + 5_010) * 1.002
    s.book(1, PX + 20_000, PX + 20_010)  # now another 1.5 %: not worth it
    later = next(m for m in s.turn(1.0) if m.leg == 1)
    assert later.px < PX + 9_000
    s.seen["pos"][0] = -250_000  # over the limit: at a cost
    urgent = next(m for m in s.turn(1.0) if m.leg == 1)
    assert urgent.px == int((PX + 20_010) * 1.002)


def test_two_makers_that_hedge_with_each_other_stop(maker):
    """Both short by the same inventory: neither price is worth the other's ask."""
    s = maker(hedge=True)
    s.turn()
    s.seen["pos"][0] = -80_000
    leaning = (s.state[c.MAKER_CENTRE] / PX - 1) + 8 * 1.5 * 2.157e-4  # of 8 units short
    ask = round(PX * (1 + leaning) + 250)
    s.book(1, ask - 500, ask)
    (m,) = [m for m in s.turn(1.0) if m.leg == 1]
    assert m.px < ask


def test_inside_the_band_it_does_not_hedge(maker):
    s = maker(hedge=True)
    s.seen["pos"][0] = 60_000
    assert not [m for m in s.turn() if m.leg == 1]


def test_it_does_not_hedge_twice_before_the_first_has_arrived(maker):
    s = maker(hedge=True)
    s.seen["pos"][0] = 80_000
    s.me["order_latency"] = 5 * 10**9
    assert [m for m in s.turn() if m.leg == 1]
    assert not [m for m in s.turn(1.0) if m.leg == 1]
    assert [m for m in s.turn(5.0) if m.leg == 1]


def test_a_hedged_maker_shows_full_size_and_leans_a_little_towards_closing_both_legs(maker):
    s, flat, open_ = maker(hedge=True), maker(hedge=True), maker(hedge=True)
    for long in (s, open_):
        long.seen["pos"][0] = 60_000
    s.seen["pos"][1] = 250_000 - 60_000
    ours, theirs, unhedged = s.turn(), flat.turn(), open_.turn()
    assert [m.qty for m in ours] == [m.qty for m in theirs]
    lean = theirs[0].px - ours[0].px
    assert 0 < lean < 0.4 * (theirs[0].px - unhedged[0].px)


def test_short_perpetual_is_hedged_by_buying_coins(maker):
    s = maker(hedge=True)
    s.seen["pos"][0] = -80_000
    assert [m.side for m in s.turn() if m.leg == 1] == [Side.BUY]


def test_two_books_share_the_capital_by_weight(situation):
    spec = MarketMaker(
        id="m",
        kind="market_maker",
        quotes=["a/B-PERP", "b/B-PERP"],
        weights=[3, 1],
        capital="$100M",
    )
    s = situation(behave, spec, 2)
    messages = s.turn()
    first, second = (sum(m.qty for m in side(messages, Side.BUY, leg)) for leg in (0, 1))
    assert first == pytest.approx(3 * second, rel=1e-3)
    assert (first + second) * 100.0 == pytest.approx(10e6, rel=1e-3)


def test_most_levels_on_most_books_fit_one_turn(situation):
    spec = MarketMaker(
        id="m",
        kind="market_maker",
        quotes=["a/B", "b/B"],
        hedge="s/B",
        levels=c.MOST_LEVELS,
    )
    s = situation(behave, spec, 3)
    s.seen["pos"][0] = 10**6
    assert [m.leg for m in s.turn()][-1] == 2


def test_nonsense_books_never_make_nonsense_orders(maker):
    rng = np.random.default_rng(3)
    s = maker(hedge=True)
    for _ in range(400):
        for leg in range(2):
            bid = int(rng.choice([-1, 1, 2, 500, 900_000, 1_000_000]))
            ask = -1 if rng.random() < 0.3 else max(1, bid) + int(rng.integers(1, 1000))
            s.book(leg, bid, ask)
            s.seen["pos"][leg] = int(rng.integers(-(10**7), 10**7))
            s.seen["open_buy"][leg] = int(rng.integers(0, 10**6))
            s.seen["open_sell"][leg] = int(rng.integers(0, 10**6))
            s.usd(leg, float(rng.normal(50e6, 20e6)))
        s.turn(float(rng.exponential(2.0)))
    assert np.isfinite(s.state).all()


@pytest.mark.parametrize("premium", [True, False])
def test_where_a_premium_may_last_value_counts_at_the_usual_ratio_of_both_prices(maker, premium):
    s = maker(hedge=True, reference={"premium": premium, "anchor": "10m"})
    s.book(0, 1_001_000 - 5, 1_001_000 + 5)  # ten basis points over spot, which is at value
    s.turn()
    for _ in range(3_600):
        s.turn(1.0)
    over = s.state[c.MAKER_REFERENCE] / PX - 1.0
    assert over == pytest.approx(1e-3, abs=1e-5) if premium else over < 0.8e-3


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_of_a_change_in_value_its_quotes_take_over_a_share_at_once(maker, share):
    s = maker(reference={"news": f"{share:.0%}", "anchor": "100h", "follow": "100h"})
    s.turn()
    for change in (0.002, -0.001):
        before = s.state[c.MAKER_REFERENCE]
        s.seen["value"][0] *= 1 + change
        s.turn(1.0)
        assert s.state[c.MAKER_REFERENCE] / before - 1 == pytest.approx(share * change, abs=1e-7)
