"""Portfolio margin of a whole account, where a source gives the formula: one test for everything it owns and owes.

unified   uniMMR, equity over maintenance; bands, and a level at which liquidation begins (Binance)
base      a constant and maintenance over the balance, above a level (Hyperliquid; nothing supplied or borrowed but dollars)
grid      the worst loss over a grid of prices, each contract's legs netted (Deribit; linear contracts alone)
"""

from collections.abc import Iterable
from dataclasses import dataclass

from unhedged.rules.integer import PPB
from unhedged.rules.portfolio import (
    grid_margin,
    is_portfolio_liquidatable,
    margin_band,
    portfolio_bar,
    portfolio_ratio_hyperliquid,
    unified_margin_ratio,
)
from unhedged.venues.margining import Leg, Trigger
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.errors import ScenarioError
from unhedged.vocab.units import ATOMS_PER_USD, parse_rate, parse_usd, show_rate

BANDS = (
    "free",
    "reminder",
    "orders may only reduce",
    "liquidation",
    "liquidation, the shortfall is claimed",
)
"""Words for the bands of :func:`unhedged.rules.portfolio.margin_band`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unified(Trigger):
    """Liquidated at or below a level of equity over maintenance."""

    reminder_ppb: int
    reduce_ppb: int
    level_ppb: int

    def bar(self, maintenance: int) -> int:
        """Return the least equity that is safe, atoms: the ratio, rounded down, is above the level."""
        return portfolio_bar(maintenance, 0, self.level_ppb + 1, PPB)

    def ratio_ppb(self, equity: int, maintenance: int) -> int:
        """Return uniMMR, rounded down."""
        return unified_margin_ratio(equity, maintenance)

    def words(self, equity: int, maintenance: int) -> tuple[str, str]:
        """Return the name of the ratio and what it means."""
        ratio = self.ratio_ppb(equity, maintenance)
        band = BANDS[margin_band(ratio, self.reminder_ppb, self.reduce_ppb, self.level_ppb, PPB)]
        level = show_rate(self.level_ppb / PPB)
        return "uniMMR", f"equity over maintenance: {band}; liquidated at or below {level}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base(Trigger):
    """Liquidated where a constant and maintenance, over the balance, are above a level."""

    base: int  # atoms
    level_ppb: int

    def bar(self, maintenance: int) -> int:
        """Return the least equity that is safe, atoms: the ratio, rounded up, is not above the level."""
        return portfolio_bar(maintenance, self.base, PPB, self.level_ppb)

    def ratio_ppb(self, equity: int, maintenance: int) -> int:
        """Return the portfolio margin ratio of the dollar, rounded up."""
        return portfolio_ratio_hyperliquid(self.base, maintenance, 0, equity, 0, 0, 0)

    def words(self, equity: int, maintenance: int) -> tuple[str, str]:
        """Return the name of the ratio and what it means."""
        over = is_portfolio_liquidatable(self.ratio_ppb(equity, maintenance), self.level_ppb)
        state = "above it" if over else "equal is safe"
        base = f"${self.base / ATOMS_PER_USD:g}"
        level = show_rate(self.level_ppb / PPB)
        return "Portfolio ratio", f"{base} and maintenance over the balance; liquidated above {level}, {state}"  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid(Trigger):
    """Needs the worst loss of each contract's net position over moves of the price."""

    range_ppb: int
    buckets: int  # to each side

    def needed(self, leg: Leg) -> int:
        """Return the worst loss of one leg by itself, atoms."""
        return grid_margin(leg.contract.value(leg.pos), self.range_ppb, self.buckets)

    def total(self, legs: Iterable[Leg]) -> int:
        """Return the worst losses of all contracts, legs of one contract netted, atoms."""
        net: dict[str, int] = {}
        for leg in legs:
            value = leg.contract.value(leg.pos)
            net[leg.contract.id] = net.get(leg.contract.id, 0) + value
        return sum(grid_margin(value, self.range_ppb, self.buckets) for value in net.values())

    def ratio_ppb(self, equity: int, maintenance: int) -> int:
        """Return the worst loss over equity, rounded up."""
        return portfolio_ratio_hyperliquid(0, maintenance, 0, equity, 0, 0, 0)

    def words(self, equity: int, maintenance: int) -> tuple[str, str]:  # noqa: ARG002 - all forms are asked alike
        """Return the name of the ratio and what it means."""
        test, equal = ("at or above", "liquidated") if self.at_equality else ("above", "safe")
        moves = f"worst loss at moves to {show_rate(self.range_ppb / PPB)} over equity"
        return "Margin ratio", f"{moves}; liquidated {test} 100%, equal is {equal}"


Portfolio = Unified | Base | Grid


def portfolio_trigger(book: Rulebook) -> Portfolio:
    """Return the test of a venue's portfolio margin.

    Raises
    ------
    ScenarioError
        The rulebook has no formula for it.
    """

    def rate(name: str) -> int:
        return parse_rate(book.value(f"portfolio.{name}"))

    if "portfolio.reduce_only" in book.facts:
        return Unified(
            reminder_ppb=rate("reminder"),
            reduce_ppb=rate("reduce_only"),
            level_ppb=rate("liquidation"),
        )
    if "portfolio.base" in book.facts:
        base = round(parse_usd(book.value("portfolio.base")) * ATOMS_PER_USD)
        return Base(base=base, level_ppb=rate("liquidation"))
    if "portfolio.range" in book.facts:
        return Grid(
            at_equality=book.value("liquidation.boundary") == "<=",
            range_ppb=rate("range"),
            buckets=book.value("portfolio.buckets") // 2,
        )
    raise ScenarioError(
        f"{book.id} has no formula of portfolio margin.",
        value="portfolio",
        allowed="binance-usdm, hyperliquid and deribit-linear have one.",
    )
