"""Rows of the scorecard that no run of the day can compute: experiments of their own, quiet days pooled.

    experiment ─▶ numbers by the name of a measure ─▶ rows of the scorecard whose scope is `micro` or `calm`

Each number comes with a range: of a computation the lowest and highest it gave, of a sample its 95 % interval.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from unhedged.lab import (
    calm_days,
    frictionless_peg,
    hedge_cascade,
    linear_cascade,
    maker_quotes,
    metaorder,
    mixed_cascade,
    quiet_weeks,
)
from unhedged.lab.scorecard import Found

CARRIES = (-0.1, 0.0, 0.05, 0.1, 0.2)
"""Growth of the index a year at which the peg is solved; the published figure is for 5 %."""
PUBLISHED_CARRY = 0.05
BRANCHING = (0.2, 0.5, 0.8)
Tick = Callable[[], None]
Numbers = Mapping[str, Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is run."""

    mixes: int  # points on the critical surface, of `mixed_cascade.MIXES`
    halvings: int  # of the range its boundary is searched in
    pairs: int  # twins per size of a metaorder
    sizes: tuple[float, ...]  # dollars
    days: int  # calm days
    hours: int  # of each
    weeks: int  # runs of quiet weeks, each market
    week_days: int  # of each

    @property
    def runs(self) -> int:
        """Simulations in all, each of which is a step of the progress bar."""
        boundary = self.mixes * (self.halvings + 2)
        weeks = self.weeks * len(quiet_weeks.MARKETS)
        return (
            len(BRANCHING) + 1 + boundary + self.pairs * (len(self.sizes) + 1) + self.days + weeks
        )


FULL = Size(
    mixes=3, halvings=4, pairs=12, sizes=metaorder.SIZES, days=6, hours=24, weeks=6, week_days=36
)
QUICK = Size(
    mixes=1, halvings=2, pairs=2, sizes=metaorder.SIZES[-2:], days=2, hours=8, weeks=1, week_days=5
)
"""Seconds instead of minutes: every experiment runs, samples are too small for a verdict to mean much."""


def run(size: Size = FULL, tick: Tick = lambda: None) -> dict[str, Found]:
    """Run all experiments, one after the other in this process, and return their numbers by measure.

    Parameters
    ----------
    size : Size
        `FULL` or `QUICK`.
    tick : callable
        Called after each of ``size.runs`` simulations.
    """
    found: dict[str, Found] = {}
    for numbers in _each(size, tick):
        found.update(numbers)
    return found


def _each(size: Size, tick: Tick) -> Iterator[Numbers]:
    yield peg()
    yield quotes()
    yield cascades(tick)
    yield surface(size, tick)
    yield impact(size, tick)
    yield calm(size, tick)
    yield funding(size, tick)


def worst(values: Sequence[float], right: float) -> Found:
    """Return the value farthest from what it should be, with the range of all."""
    return Found(
        value=max(values, key=lambda value: abs(value - right)),
        low=min(values),
        high=max(values),
        values=tuple(values),
    )


def peg() -> Numbers:
    """Return row 43: the no-arbitrage premium under the venue's rule, and its largest distance from the formula."""
    solved = [frictionless_peg.peg(carry) for carry in CARRIES]
    off = [
        abs(premium - frictionless_peg.closed_form(carry))
        for premium, carry in zip(solved, CARRIES, strict=True)
    ]
    here = solved[CARRIES.index(PUBLISHED_CARRY)]
    return {
        "premium of a frictionless perpetual": Found(
            value=here, low=here, high=here, values=(here,)
        ),
        "premium off the formula, carry −10 to 20 %": worst(off, 0.0),
    }


def quotes() -> Numbers:
    """Return row 44: spread and skew as the market maker quotes them."""
    flat = maker_quotes.quotes()

    def skews(leg: str) -> list[float]:
        # Orders of either sign; how far the middle of its quotes moves for one.
        moved = [(n, flat.centre - maker_quotes.quotes(**{leg: n}).centre) for n in (-2, -1, 1, 2)]
        return [far / n / maker_quotes.stationary_skew() for n, far in moved]

    stationary = flat.spread / maker_quotes.stationary_spread()
    spread = maker_quotes.finite_spread(flat.spread)
    return {
        "spread of Avellaneda and Stoikov": worst([spread], spread),
        "stationary spread over the formula": worst([stationary], 1.0),
        "skew of inventory on the other leg, over S": worst(skews("elsewhere"), 1.0),
        "skew of inventory on the quoted leg, over S": worst(skews("own"), 1.0),
    }


def cascades(tick: Tick) -> Numbers:
    """Return row 45 and the loop through hedges alone of row 46: sold in all over what the series says."""
    ratios = []
    for branching in BRANCHING:
        found = linear_cascade.linear_cascade(branching)
        ratios.append(found.sold / found.expected)
        tick()
    loop = hedge_cascade.hedge_cascade(0.75, 1.0)
    tick()
    return {
        "sold over initial / (1 − n)": worst(ratios, 1.0),
        "loop through hedges alone, sold over the series": worst([loop.sold / loop.expected], 1.0),
    }


def surface(size: Size, tick: Tick) -> Numbers:
    """Return row 46: where on the branching number a mixed cascade begins to take everybody."""
    mixes = mixed_cascade.MIXES[: size.mixes]
    found = [mixed_cascade.boundary(mix, size.halvings, tick=tick) for mix in mixes]
    return {"branching number at the boundary": worst(found, 1.0)}


def impact(size: Size, tick: Tick) -> Numbers:
    """Return row 48: the exponent of impact in size."""
    found = metaorder.impact(size.sizes, size.pairs, tick)
    number = Found(value=found.exponent, low=found.low, high=found.high, values=(found.exponent,))
    return {"exponent of impact": number}


def calm(size: Size, tick: Tick) -> Numbers:
    """Return row 47 over quiet days."""
    days = calm_days.calm_days(size.days, hours=size.hours, tick=tick)
    return _found(
        {
            "tail index of minute returns": calm_days.pooled(days, calm_days.tail),
            "decay of |r|'s autocorrelation": calm_days.pooled(days, calm_days.memory),
        }
    )


def funding(size: Size, tick: Tick) -> Numbers:
    """Return row 39 over quiet weeks of three markets; a stamp counts as positive wherever it was settled."""
    found = {
        name: quiet_weeks.runs(market, size.weeks, days=size.week_days, tick=tick)
        for name, market in quiet_weeks.MARKETS.items()
    }
    return _found(
        {
            "positive stamps": quiet_weeks.positive(
                [rates for market in found.values() for rates in market]
            ),
            "stamps at the anchor, BitMEX form, BTC": quiet_weeks.at_anchor(found["bitmex"]),
            "stamps at the anchor, BitMEX form, ETH": quiet_weeks.at_anchor(found["bitmex-ether"]),
            "stamps at the anchor, Binance form": quiet_weeks.at_anchor(found["binance"]),
        }
    )


def _found(numbers: Mapping[str, tuple[float | None, float | None, float | None]]) -> Numbers:
    return {
        name: Found(value=value, low=low, high=high, values=(value,))
        for name, (value, low, high) in numbers.items()
    }
