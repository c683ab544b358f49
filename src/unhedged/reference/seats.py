"""Who sits in a book: an account's place in it, one in the book of an asset it posted, and the prices at which its holder acts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unhedged.reference import book
from unhedged.reference.book import Order
from unhedged.reference.ledger import SHORT_LEG, Holding
from unhedged.reference.world import Holder
from unhedged.vocab.enums import AccountStatus, Leg, Side, TriggerKind

if TYPE_CHECKING:
    from unhedged.reference.exchange import Exchange


class Seat(book.Account):
    """An account's place in one book: its position and orders there; money, owner and status are the account's."""

    def __init__(
        self, number: int, exchange: "Exchange", holder: Holder, leg: Leg = Leg.ONE_WAY
    ) -> None:
        self.number, self.leg = number, leg
        self.key = exchange.local + (SHORT_LEG if leg == Leg.SHORT else 0)
        self.exchange = exchange
        self.holder = holder
        self.open = {Side.BUY: 0, Side.SELL: 0}
        self.orders: dict[int, Order] = {}
        self.tags: dict[int, Order] = {}

    @property
    def holding(self) -> Holding:
        """Return the position."""
        return self.holder.holdings[self.key]

    @property
    def pos(self) -> int:  # type: ignore[override]
        """Return the lots held."""
        return self.holding.pos

    @property
    def cash(self) -> int:  # type: ignore[override]
        """Return the account's cash, atoms."""
        return self.holder.cash

    @property
    def owner(self) -> int:  # type: ignore[override]
        """Return who the account belongs to."""
        return self.holder.owner

    @property
    def self_trade(self) -> bool:  # type: ignore[override]
        """Return whether the account may trade with itself."""
        return self.holder.self_trade

    @property
    def status(self) -> AccountStatus:  # type: ignore[override]
        """Return the account's status."""
        return self.holder.status

    @property
    def held(self) -> int:
        """Return the cash set aside for working buys, atoms."""
        return self.holder.held

    @held.setter
    def held(self, atoms: int) -> None:
        self.holder.held = atoms


class CoinSeat(Seat):
    """An account's place in the book of an asset it posted as collateral, ``k``-th of its venue's list."""

    def __init__(self, number: int, exchange: "Exchange", holder: Holder, k: int) -> None:
        super().__init__(number, exchange, holder)
        self.k = k

    @property
    def holding(self) -> Holding:
        """Return the balance."""
        return self.holder.coins[self.k]


@dataclass(slots=True, eq=False)
class Trigger:
    """A price of the mark at which something happens to a position; ``row`` breaks ties."""

    row: int
    seat: Seat
    kind: TriggerKind
    px: int
    rising: bool
    order: Order | None

    def is_touched(self, milli: int) -> bool:
        """Return whether a mark touches it; equality touches."""
        return milli >= self.px if self.rising else milli <= self.px
