"""Assets posted as collateral in plain Python: their prices, what they count for, and what a liquidation does with them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unhedged.reference import index
from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.rules.pnl import value
from unhedged.vocab.enums import CollateralPrice

if TYPE_CHECKING:
    from unhedged.reference.ledger import Contract


@dataclass(frozen=True, slots=True)
class Haircut:
    """One tier of an asset's ratio; ``floor`` in atoms belongs to it."""

    floor: int
    ratio_ppb: int
    credit: int


@dataclass(slots=True)
class Coin:
    """An asset a venue takes as collateral: the book whose lots are counted, its price in milli-ticks, its tiers."""

    contract: "Contract"
    price: int
    tiers: list[Haircut]
    number: int = 0
    """Of the book, over all venues."""
    form: CollateralPrice = CollateralPrice.INDEX
    sources: list[tuple[int, int, int, int]] = field(default_factory=list)

    def worth(self, lots: int, milli: int | None = None) -> int:
        """Return the value of lots at the price, or at another, atoms."""
        price = self.price if milli is None else milli
        return value(lots, price, self.contract.num, self.contract.den)

    def tier(self, lots: int) -> Haircut:
        """Return the highest tier whose floor the value of lots reaches."""
        return [t for t in self.tiers if t.floor <= max(self.worth(lots), self.tiers[0].floor)][-1]

    def counts(self, lots: int) -> int:
        """Return what lots count for, atoms."""
        tier = self.tier(lots)
        return mul_div_floor(self.worth(lots), tier.ratio_ppb, PPB) + tier.credit

    def lots_worth(self, atoms: int, milli: int) -> int:
        """Return the fewest lots worth an amount at a price."""
        return mul_div_ceil(atoms, MILLI * self.contract.den, milli * self.contract.num)

    def offered(self, held: int, missing: int) -> int:
        """Return the lots that are offered for what is missing: all where they do not count for so much."""
        if self.counts(held) <= missing:
            return held
        needed = mul_div_ceil(missing, PPB, self.tiers[0].ratio_ppb)
        return min(held, self.lots_worth(needed, self.price))


SORTED: dict[int, Callable[[Coin, int], int]] = {
    0: lambda _coin, _lots: 0,
    1: lambda coin, lots: -coin.worth(lots),
    2: lambda coin, lots: -coin.tier(lots).ratio_ppb,
}
"""By `CollateralOrder`: what assets are sorted by, the first sold first."""


def update_prices(world: Any, venue: Any) -> None:
    """Take the price of every asset a venue takes."""
    for coin in venue.ledger.coins:
        coin.price = price_now(world, venue, coin)


def price_now(world: Any, venue: Any, coin: Coin) -> int:
    """Return the price of an asset by its venue's choice."""
    if coin.form == CollateralPrice.LOCAL_BOOK:
        return max(1, coin.contract.mark)
    if coin.form == CollateralPrice.INDEX:
        return index.combined(world, venue, coin.sources) or coin.price
    book = world.exchanges[coin.number]
    paid: float = world.assets[book.asset].value / book.tick_usd * float(MILLI)
    return max(1, int(paid + 0.5))
