"""Draw the README's figure from a results folder.

    unhedged run october-2025-small --seed 9 --replicates 1
    python docs/figures/cascade.py results/october-2025-* docs/figures/cascade.svg

Needs matplotlib, which the package itself does not use.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

LONG, SHORT, FUND, ADL, LIQUIDATION, INK, GREY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#222222",
    "#999999",
)
MINUTE = 60 * 10**9
NEWS = 30


def minutes(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the time in minutes."""
    return frame.with_columns((pl.col("t_ns") / MINUTE).alias("minute"))


def draw(folder: Path, target: Path) -> None:
    """Draw price, forced closes, fund and open hedges of replicate 0."""
    tables = {
        name: minutes(pl.read_parquet(folder / "replicates" / "0000" / f"{name}.parquet"))
        for name in ("series", "liquidations", "adl", "desks")
    }
    plt.rcParams.update(
        {
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "svg.hashsalt": "unhedged",
        }
    )
    figure, axes = plt.subplots(
        4, 1, figsize=(8, 7.6), sharex=True, height_ratios=[2.2, 1.2, 1, 1.2]
    )
    prices(axes[0], tables["series"])
    forced(axes[1], tables["liquidations"], tables["adl"])
    fund(axes[2], tables["series"])
    hedges(axes[3], tables["desks"])
    for axis in axes:
        axis.axvline(NEWS, color=GREY, linewidth=0.8, linestyle=":")
        axis.grid(axis="y", color="#eeeeee", linewidth=0.8)
        axis.set_axisbelow(True)
    axes[0].annotate("news", (NEWS, 2), color=GREY, ha="center")
    axes[-1].set_xlabel("minutes from 20:20 UTC")
    figure.align_ylabels()
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def prices(axis: plt.Axes, series: pl.DataFrame) -> None:
    """Draw marks and fundamental values, percent from the news."""
    shown = (
        ("binance/BTC-PERP", INK, "-", "BTC perpetual"),
        ("binance/SUI-PERP", SHORT, "-", "SUI perpetual"),
        ("spot/SUI", SHORT, ":", "SUI spot"),
    )
    for name, colour, style, label in shown:
        mine = series.filter(pl.col("instrument") == name).sort("minute")
        base = mine.filter(pl.col("minute") < NEWS)["mark"][-1]
        axis.plot(
            mine["minute"],
            (mine["mark"] / base - 1) * 100,
            style,
            color=colour,
            linewidth=1.2,
            label=label,
        )
        if not name.startswith("spot"):
            axis.plot(mine["minute"], (mine["value"] / base - 1) * 100, color=GREY, linewidth=0.8)
    axis.plot([], [], color=GREY, linewidth=0.8, label="what they are worth")
    axis.set_ylabel("change, %")
    axis.legend(frameon=False, loc="lower left")
    axis.set_title(
        "One replicate of october-2025-small: news goes in, the day comes out",
        loc="left",
        fontsize=10,
    )


def forced(axis: plt.Axes, liquidations: pl.DataFrame, adl: pl.DataFrame) -> None:
    """Draw notional closed by force each minute, liquidation below, ADL above."""
    bins = list(range(151))
    steps = liquidations
    weights = [steps["notional"] / 1e6, adl["notional"] / 1e6]
    axis.hist(
        [steps["minute"], adl["minute"]],
        bins=bins,
        weights=weights,
        stacked=True,
        color=[LIQUIDATION, ADL],
        label=["liquidated or taken over", "auto-deleveraged"],
    )
    axis.set_ylabel("$M a minute")
    axis.legend(frameon=False, loc="upper left")


def fund(axis: plt.Axes, series: pl.DataFrame) -> None:
    """Draw the equity of the insurance fund."""
    mine = series.filter(pl.col("instrument") == "binance/BTC-PERP").sort("minute")
    axis.plot(mine["minute"], mine["fund"] / 1e6, color=FUND, linewidth=1.2)
    axis.set_ylim(bottom=0)
    axis.set_ylabel("fund, $M")


def hedges(axis: plt.Axes, desks: pl.DataFrame) -> None:
    """Draw the sum of basis desks' exposure after their shorts were closed."""
    delta = (
        desks.filter(pl.col("kind") == "basis_desk")
        .group_by("agent", "minute")
        .agg(pl.col("exposure").sum(), pl.col("adl").sum())
        .filter(pl.col("adl") > 0)
        .group_by("minute")
        .agg(pl.col("exposure").abs().sum())
        .sort("minute")
    )
    axis.fill_between(delta["minute"], delta["exposure"] / 1e6, color=LONG, alpha=0.75, linewidth=0)
    axis.set_ylabel("unhedged, $M")
    axis.set_title(
        "Delta-neutral desks whose short was taken: spot left without a hedge",
        loc="left",
        fontsize=9,
    )


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
