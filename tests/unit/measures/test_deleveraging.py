"""Who paid on a venue, from closes made by hand."""

import polars as pl
import pytest

from unhedged.measures.deleveraging import adl_measures
from unhedged.results import schema


def close(
    winner: str, loser: str, *, case: int, qty: float, price: float, mark: float, equity: float, owed: float, symbol: str = "X"
) -> dict[str, object]:  # fmt: skip
    """Return one close: the winner trades ``qty`` at ``price`` under ``mark``, with ``equity`` before and the loser at ``owed``."""
    given = qty * (price - mark)
    return {
        "case": case,
        "account": winner,
        "instrument": f"hub/{symbol}",
        "counterparty": loser,
        "qty": qty,
        "price": price,
        "mark": mark,
        "notional": abs(qty) * price,
        "equity_before": equity,
        "equity": equity - given,
        "loser_equity": owed,
    }


def table(*rows: dict[str, object]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    return pl.concat([schema.empty("adl"), frame.cast({"case": pl.Int64})], how="diagonal_relaxed")


def test_at_the_bankruptcy_price_winners_give_what_lacks() -> None:
    """A long of 10 lacks 200 at a mark of 80: closed at 100 against shorts of 4 and 6, which give 80 and 120 of 1000 and 600."""
    rows = [
        close("a@hub", "l@hub", case=1, qty=4, price=100, mark=80, equity=1000, owed=-200),
        close("b@hub", "l@hub", case=1, qty=6, price=100, mark=80, equity=600, owed=-120),
    ]
    found = adl_measures(table(*rows), "hub")
    assert found["adl_need_usd"] == found["adl_removed_usd"] == found["adl_removed_net_usd"] == 200
    assert found["adl_overshoot_usd"] == 0
    assert found["adl_haircut_share"] == pytest.approx(0.2)
    assert found["adl_hhi"] == pytest.approx(0.4**2 + 0.6**2)
    assert found["adl_gini"] == pytest.approx(0.1)


def test_a_loser_above_zero_needs_nothing_and_its_winner_gains() -> None:
    rows = [close("a@hub", "l@hub", case=1, qty=4, price=70, mark=80, equity=1000, owed=40)]
    found = adl_measures(table(*rows), "hub")
    assert (found["adl_need_usd"], found["adl_removed_usd"]) == (0, 0)
    assert found["adl_removed_net_usd"] == -40
    assert found["adl_overshoot_usd"] == 0
    assert found["adl_haircut_share"] == 0


def test_a_vault_that_stays_below_zero_is_not_counted_twice() -> None:
    """It lacks 100 and gets 30; later it lacks 90, of which 70 were left from before; so 120 in all."""
    rows = [
        close("a@hub", "vault@hub", case=1, qty=1, price=110, mark=80, equity=1000, owed=-100),
        close("a@hub", "vault@hub", case=2, qty=1, price=100, mark=80, equity=900, owed=-90),
    ]
    found = adl_measures(table(*rows), "hub")
    assert found["adl_need_usd"] == 120
    assert found["adl_removed_usd"] == 50
    assert found["adl_overshoot_usd"] == -70


def test_gains_pay_for_losses_within_one_event_of_one_account() -> None:
    """One leg gives 60, the other gains 20: 40 of 400 in one case; in two cases 60 of it, and a haircut of 60 of 400."""
    one, other = (
        close("a@hub", "v@hub", case=1, qty=2, price=110, mark=80, equity=400, owed=-500),
        close("a@hub", "v@hub", case=1, qty=2, price=70, mark=80, equity=340, owed=-440, symbol="Y"),
    )  # fmt: skip
    together = adl_measures(table(one, other), "hub")
    apart = adl_measures(table(one, {**other, "case": 2}), "hub")
    assert (together["adl_removed_usd"], together["adl_haircut_share"]) == (40, 0.1)
    assert (apart["adl_removed_usd"], apart["adl_haircut_share"]) == (60, 0.15)
    assert together["adl_removed_net_usd"] == apart["adl_removed_net_usd"] == 40


def test_closes_of_one_owner_are_one_share() -> None:
    rows = [
        close("a.1@hub", "l@hub", case=n, qty=1, price=100, mark=100, equity=50, owed=-1)
        for n in (1, 2)
    ] + [close("a.2@hub", "l@hub", case=3, qty=2, price=100, mark=100, equity=50, owed=-1)]
    found = adl_measures(table(*rows), "hub")
    assert (found["adl_hhi"], found["adl_gini"]) == (0.5, 0.0)


def test_only_the_venue_asked_for_counts_and_who_has_no_equity_has_no_haircut() -> None:
    rows = [close("a@hub", "l@hub", case=1, qty=4, price=100, mark=80, equity=-5, owed=-80)]
    found = adl_measures(table(*rows), "hub")
    assert found["adl_removed_usd"] == 80
    assert found["adl_haircut_share"] is None
    assert adl_measures(table(*rows), "other") == {
        "adl_need_usd": 0.0,
        "adl_removed_usd": 0.0,
        "adl_removed_net_usd": 0.0,
        "adl_overshoot_usd": 0.0,
        "adl_haircut_share": None,
        "adl_gini": None,
        "adl_hhi": None,
    }
