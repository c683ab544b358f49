"""The story of the worst desk, from tables made by hand."""

import polars as pl
import pytest

from unhedged.report.story import worst_desk

SECOND = 10**9


def tables(coins, shorts, adl, equity, *, desk="d.0"):
    """A desk with one spot and one short leg, prices one dollar, an instant a minute."""
    legs = {"spot/X": (coins, [0.0] * len(adl)), "hub/X-PERP": (shorts, adl)}
    frames = [
        pl.DataFrame(
            {"t_ns": [n * 60 * SECOND for n in range(len(pos))], "pos": pos, "adl": taken, "equity": equity}
        ).with_columns(
            agent=pl.lit(desk), kind=pl.lit("basis_desk"), instrument=pl.lit(leg), exposure="pos",
            forced=pl.lit(0.0),
        )
        for leg, (pos, taken) in legs.items()
    ]  # fmt: skip
    struck = next((n for n, taken in enumerate(adl) if taken > 0), 0)
    closes = pl.DataFrame(
        {
            "t_ns": [struck * 60 * SECOND],
            "account": [f"{desk}@hub"],
            "instrument": ["hub/X-PERP"],
            "qty": [max(adl)],
            "notional": [max(adl)],
            "mark": [1.1],
        }
    )
    steps = pl.DataFrame(schema={"account": pl.String, "step": pl.String, "notional": pl.Float64})
    series = pl.DataFrame({"instrument": ["spot/X", "hub/X-PERP"], "index": [None, 1.0]})
    found = {"desks": pl.concat(frames), "adl": closes, "liquidations": steps, "series": series}
    return lambda name: found[name]


def test_a_desk_that_sold_its_coins():
    story = worst_desk(
        tables(
            coins=[1e6, 1e6, 1e6, 5e5],
            shorts=[-1e6, -1e6, -2e5, -5e5],
            adl=[0.0, 0.0, 8e5, 8e5],
            equity=[3e6, 3e6, 2.5e6, 2.75e6],
        )
    )
    assert story == [
        "The desk hit worst, d.0: ADL at hub/X-PERP closed $800k of its $1M short, 1 close from 2 m, at $1 on average (mark $1.1).",
        "Its gap was $800k at worst, 0 s after the first close, above a tenth of that for 1 m, and $0 at the end.",
        "It sold 500,000 of its 1,000,000 X (50%) and shorted 300,000 X again. Against the instant before the first close its "
        "equity was $1M lower at worst and $500k lower at the end ($5.5M).",
    ]


def test_a_desk_that_held():
    story = worst_desk(tables([1e6] * 2, [-1e6, 0.0], [0.0, 1e6], [3e6, 3.1e6]))
    assert story[2] == (
        "It held its spot as it was. Against the instant before the first close its equity was never lower and "
        "$200k higher at the end ($6.2M)."
    )


@pytest.mark.parametrize("adl", [[0.0, 0.0]])
def test_no_strike_no_story(adl):
    assert worst_desk(tables([1e6] * 2, [-1e6] * 2, adl, [3e6] * 2)) == []


def test_no_tables_no_story():
    full = tables([1e6] * 2, [-1e6, 0.0], [0.0, 1e6], [3e6] * 2)
    assert worst_desk(lambda name: full(name).clear()) == []
