"""What theory promises of each policy, and the counter-example where it promises nothing.

Monotone: a larger claim closes at least as many lots. Scale invariant: all money times a number, and all sizes and lots times a
number, change the answer in proportion. Sybil resistant: an account split into equal parts closes together what it closed alone. In
whole lots each holds up to the lot that rounding moves, which is what the tests allow.
"""

import numpy as np
import pytest
from tests.support.winners import seeds, winners_with

from unhedged.adl import REGISTRY
from unhedged.adl.checking import draw_winners
from unhedged.adl.contract import allocation_of
from unhedged.adl.published import min_max_published
from unhedged.adl.severity import (
    ExponentialBackOff,
    SeverityMirrorDescent,
    backed_off,
    largest_severity,
    mirror_step,
    severity_gradient,
)

MONEY = (
    "unrealised",
    "wallet",
    "equity",
    "maintenance",
    "notional",
    "account_notional",
    "cost",
    "hedge",
)
BY_CLAIM = {
    "contract-pro-rata-v1": "qty",
    "profit-pro-rata-v1": "unrealised",
    "equity-pro-rata-v1": "equity",
    "min-max-v1": "equity",
    "largest-first-v1": "qty",
}
SYBIL_RESISTANT = (
    "contract-pro-rata-v1",
    "profit-pro-rata-v1",
    "equity-pro-rata-v1",
    "leverage-pro-rata-v1",
    "capped-pro-rata-v1",
    "risk-aware-v1",
    "global-haircut-v1",
    "min-max-v1",
    "hedge-aware-v1",
)
QUEUES = tuple(name for name, target in REGISTRY.items() if "scores:" in target)


def even_winners(random, step=100):
    """Return winners whose sizes and money divide by ``step``, all with a profit and an equity."""
    winners = draw_winners(random)
    winners["qty"] = step * random.integers(1, 10**6, len(winners))
    winners["long"] = 1
    winners["notional"] = winners["account_notional"] = winners["qty"] * step
    winners["cost"] = step * (winners["notional"] * random.uniform(0.5, 0.99, len(winners)) // step)
    winners["unrealised"] = winners["notional"] - winners["cost"]
    for column, low, high in (("equity", 0.1, 5.0), ("hedge", 0.0, 1.0)):
        drawn = winners["notional"] * random.uniform(low, high, len(winners))
        winners[column] = step * (drawn // step)
    winners["wallet"] = winners["equity"] - winners["unrealised"]
    winners["maintenance"] = winners["notional"] // step
    winners["maintenance"] -= winners["maintenance"] % step
    return winners


def split(winners, n, parts):
    """Return winners in which account ``n`` is split into equal parts, which stand at the end."""
    part = np.repeat(winners[n : n + 1], parts)
    for column in ("qty", *MONEY):
        part[column] //= parts
    found = np.concatenate([np.delete(winners, n), part])
    found["position"] = found["account"] = np.arange(len(found))
    return found


def cases(rounds=8):
    for seed in seeds():
        random = np.random.default_rng(seed)
        for _ in range(rounds):
            winners = even_winners(random)
            yield random, winners, int(random.integers(1, winners["qty"].sum()))


@pytest.mark.parametrize("name", sorted(BY_CLAIM))
def test_who_claims_more_closes_no_less(name):
    for random, winners, lots in cases():
        if BY_CLAIM[name] != "qty":
            winners["qty"] = winners["qty"].max()  # so that nobody's position ends before another's
        claims = winners[BY_CLAIM[name]]
        closes = allocation_of(name)(winners, lots)
        order = np.argsort(claims, kind="stable")
        assert (np.diff(closes[order])[np.diff(claims[order]) > 0] >= 0).all()
        n = int(random.integers(0, len(winners)))
        more = winners.copy()
        more[BY_CLAIM[name]][n] += claims.max()
        assert allocation_of(name)(more, lots)[n] >= closes[n]


@pytest.mark.parametrize("name", sorted(REGISTRY))
@pytest.mark.parametrize("factor", [2, 10])
def test_money_has_no_unit(name, factor):
    # Random start and queues rank; Binance's score has a floor of one dollar under the wallet, above which these wallets lie.
    for _, winners, lots in cases(rounds=4):
        winners["wallet"] = np.abs(winners["wallet"]) + 10**7
        scaled = winners.copy()
        for column in MONEY:
            scaled[column] *= factor
        first, second = allocation_of(name)(winners, lots), allocation_of(name)(scaled, lots)
        tolerance = 0 if name in QUEUES or name in BY_CLAIM else 1
        assert np.abs(first - second).max() <= tolerance


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - {"min-max-published-v1"}))
def test_lots_have_no_unit(name):
    for _, winners, lots in cases(rounds=4):
        finer = winners.copy()
        finer["qty"] *= 1000
        coarse = allocation_of(name)(winners, lots)
        fine = allocation_of(name)(finer, 1000 * lots)
        assert np.abs(fine / 1000 - coarse).max() <= (len(winners) if name == "min-max-v1" else 2)


@pytest.mark.parametrize("parts", [2, 10, 100])
@pytest.mark.parametrize("name", SYBIL_RESISTANT)
def test_splitting_an_account_changes_nothing_but_rounding(name, parts):
    for random, winners, lots in cases(rounds=4):
        n = int(random.integers(0, len(winners)))
        whole = allocation_of(name)(winners, lots)
        pieces = allocation_of(name)(split(winners, n, parts), lots)
        # Each part may be rounded by a lot, in each of the classes of a policy that has two; in min-max everybody may.
        most = {"hedge-aware-v1": 2 * parts, "min-max-v1": len(winners) + parts}.get(name, parts)
        assert abs(int(pieces[-parts:].sum()) - int(whole[n])) <= most
        assert np.abs(pieces[:-parts] - np.delete(whole, n)).sum() <= 2 * most + len(winners)


@pytest.mark.parametrize("parts", [2, 10, 100])
def test_splitting_the_largest_position_escapes_largest_first(parts):
    winners = winners_with([1000, 900])
    assert allocation_of("largest-first-v1")(winners, 900).tolist() == [900, 0]
    pieces = allocation_of("largest-first-v1")(split(winners, 0, parts), 900)
    assert pieces[1:].sum() == 0


def test_splitting_lowers_the_larger_haircut_that_vector_mirror_descent_gives_to_larger_profits():
    winners = winners_with(
        [1000, 1000], unrealised=1000, equity=5000, notional=10_000, mark_milli=1000, px_milli=1100
    )  # fmt: skip
    policy = "vector-mirror-descent-v1"
    assert allocation_of(policy)(winners, 100).tolist() == [50, 50]
    pieces = allocation_of(policy)(split(winners, 0, 10), 100)
    assert pieces[1:].sum() < 50


def test_splitting_lowers_binances_score_where_the_wallet_is_below_its_floor():
    # A wallet of half a dollar counts as one whole dollar in each part: the score of a part is lower than that of the whole.
    winners = winners_with(
        [100, 100], unrealised=10**6, wallet=[1_200_000, 1_250_000], equity=2 * 10**6, maintenance=10**5
    )  # fmt: skip
    assert allocation_of("binance-v1")(winners, 100).tolist() == [100, 0]
    assert allocation_of("binance-v1")(split(winners, 0, 2), 100).tolist() == [100, 0, 0]


def test_netting_protects_from_the_global_haircut_and_splitting_ends_it():
    # One account with a gain of 100 and a loss of 60 elsewhere; alone, the gain claims 100.
    winners = winners_with([100, 100], equity=[140, 200], wallet=100)
    assert allocation_of("global-haircut-v1")(winners, 70).tolist() == [20, 50]
    winners["equity"][0] = 200
    assert allocation_of("global-haircut-v1")(winners, 70).tolist() == [35, 35]


def test_a_hidden_hedge_is_closed_first():
    hedged = winners_with([100, 100], unrealised=50, notional=1000, hedge=[1000, 0])
    assert allocation_of("hedge-aware-v1")(hedged, 60).tolist() == [0, 60]
    hedged["hedge"] = 0
    assert allocation_of("hedge-aware-v1")(hedged, 60).tolist() == [30, 30]


def test_splitting_an_account_sends_it_to_the_end_of_the_published_fallback():
    greedy = min_max_published(10)
    winners = winners_with([100, 100], equity=[1001, 1000])
    assert greedy(winners, 25).tolist() == [20, 5]
    assert greedy(split(winners, 0, 2), 25).tolist() == [20, 5, 0]


def test_worked_cases_of_the_paper():
    # w = (8, 4, 0.5), a deficit of 15 at severity one half; in tenths, and lots that give up a tenth each.
    winners = winners_with(
        [1000] * 3, unrealised=[80, 40, 5], equity=1000, notional=1000, mark_milli=1000, px_milli=2000, score=[2, 3, 1]
    )  # fmt: skip
    assert allocation_of("profit-pro-rata-v1")(winners, 75).tolist() == [48, 24, 3]


def test_severity_backs_off_to_its_least_and_never_passes_its_cap():
    assert backed_off(0.8, factor=0.5, least=0.1, most=1.0) == 0.4
    assert backed_off(0.1, factor=0.5, least=0.1, most=1.0) == 0.1
    assert backed_off(0.8, factor=0.5, least=0.1, most=0.3) == 0.3
    # The top winner has 4, the deficit is 10: at 0.2 it keeps as much as is taken.
    assert largest_severity(4.0, 10.0, 1.0) == pytest.approx(0.2)
    assert largest_severity(4.0, 0.0, 1.0) == float("inf")
    control = ExponentialBackOff(factor=0.5, least=0.1, ratio=1.0)
    found = [control.next_severity(100.0, 10.0) for _ in range(6)]
    assert found == [1.0, 0.5, 0.25, 0.125, 0.1, 0.1]
    assert control.fresh().next_severity(4.0, 10.0) == pytest.approx(0.2)


def test_the_published_loss_asks_for_more_severity_up_to_one():
    weights = {"solvency": 1.0, "survival": 2.0, "overshoot": 3.0}
    assert severity_gradient(0.5, 10.0, 10.0, **weights) == -3.0
    assert severity_gradient(0.5, 4.0, 10.0, **weights) == -1.0
    assert severity_gradient(1.5, 4.0, 10.0, **weights) == -1.0 + 2 * 3.0 * 5.0

    def loss(x):
        return -x * 10 + 2 * max(0, 10 - x * 10) + 3 * max(0, x * 10 - 10) ** 2

    for x in (0.2, 0.7, 1.3):
        slope = (loss(x + 1e-6) - loss(x - 1e-6)) / 2e-6 / 10
        assert severity_gradient(x, 10.0, 10.0, **weights) == pytest.approx(slope, abs=1e-4)
    control = SeverityMirrorDescent(start=0.5, step=1.0, ratio=1.0)
    found = [control.next_severity(10.0, 4.0) for _ in range(50)]
    assert found == sorted(found)
    assert found[-1] > 0.99
    assert mirror_step(0.0, -5.0, 1.0) == 0.0
    assert mirror_step(1.0, 5.0, 1.0) == 1.0


def test_severity_parts_the_lots_between_profit_and_size():
    winners = winners_with(
        [100, 100], unrealised=[30, 10], equity=1000, notional=1000, mark_milli=1000, px_milli=1000
    )
    policy = ExponentialBackOff(factor=0.5, least=0.1)
    assert policy(winners, 40).tolist() == [30, 10]
    # Half by profit is (15, 5); of the other 20 in proportion to (85, 95).
    assert policy(winners, 40).tolist() == [15 + 9, 5 + 11]
