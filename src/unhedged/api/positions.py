"""A position under a venue's rules."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unhedged.venues.position import Position as VenuePosition


class Position:
    """A position under a venue's rules: a screen, a mapping, and the parts they are made of."""

    def __init__(self, parts: "VenuePosition") -> None:
        self.parts = parts

    def summary(self) -> str:
        """Return margins, liquidation and bankruptcy prices leg by leg, and what the venue would do first."""
        from unhedged.report.position import summary

        return summary(self.parts)

    def to_json(self) -> dict[str, Any]:
        """Return the same as numbers, money in units of the settlement asset."""
        from unhedged.report.position import to_json

        return to_json(self.parts)

    def __repr__(self) -> str:
        """Return one line."""
        return f"<position {self.parts.book.id} {self.parts.mode}: {len(self.parts.legs)} legs>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.summary())}</pre>"


def position(venue: str, legs: "Sequence[str] | str", **options: Any) -> Position:
    """Return margins, liquidation and bankruptcy prices of a position, and what the venue's ladder would do first.

    Parameters
    ----------
    venue : str
        A rulebook's id, or a venue's name for its newest rulebook.
    legs : sequence of str
        Such as ``"BTCUSDT long 2 @ 121_000"``; ``10x`` or ``with $24_200`` behind it. A long and a short leg of one contract
        is hedge mode.
    collateral : str or sequence of str
        ``"$40k"``, ``"5 ETH"``; isolated legs bring their own, and collateral beside them is refused.
    mode : str
        ``"cross"`` (default), ``"isolated"`` or ``"portfolio"``.
    marks : mapping
        By contract; the entry when left out.
    prices, haircuts : mapping
        Price and haircut of each collateral: ``{"ETH": 4_300}``, ``{"ETH": "5%, 10% above $1M"}``. Prices by choice have
        the names ``"ETH.local_book"``, ``"ETH.index"``, ``"ETH.redemption"``. One that changes nothing is refused.
    valued_at : str
        Which of those counts; the rulebook's, else ``"index"``, when left out.
    tiers, ticks, lots, faces : mapping
        By contract: tier table, tick, lot, dollars a contract (which makes it inverse).

    Raises
    ------
    ScenarioError
        Something written cannot be used: what, where, what is allowed, what to do.

    Notes
    -----
    A liquidation price moves one contract alone; other legs and collateral stay at their mark. It is the last safe price on
    the tick grid: equity equal to maintenance is safe unless the rulebook's trigger counts equality.
    """
    from unhedged.venues.position import position as compute

    return Position(compute(venue, [legs] if isinstance(legs, str) else legs, **options))
