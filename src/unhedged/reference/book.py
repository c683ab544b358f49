"""One instrument's venue in plain Python: a book of dicts, every order type, positions and cash.

Price first, then time: a level is a dict in order of arrival. Numbers are exact; what would not fit 64 bits raises OverflowError.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from unhedged.rules.fees import fee
from unhedged.rules.pnl import amount, cost_after, inverse_amount, inverse_value, value
from unhedged.vocab.enums import (
    AccountStatus,
    FillCause,
    InstrumentKind,
    Leg,
    Reject,
    Side,
    TriggerSource,
)

MILLI = 1000


def int64(number: int) -> int:
    """Return ``number`` if it fits 64 bits."""
    if not -(2**63) <= number < 2**63:
        raise OverflowError(f"{number} does not fit int64")
    return number


def other(side: Side) -> Side:
    """Return the opposite side."""
    return Side.SELL if side == Side.BUY else Side.BUY


@dataclass(slots=True, eq=False)
class Account:
    """One account with one position; ``tags`` finds its orders by the sender's own number."""

    number: int
    owner: int
    cash: int = 0
    self_trade: bool = False
    status: AccountStatus = AccountStatus.LIVE
    pos: int = 0
    cost: int = 0
    held: int = 0
    open: dict[Side, int] = field(default_factory=lambda: {Side.BUY: 0, Side.SELL: 0})
    orders: dict[int, "Order"] = field(default_factory=dict)
    tags: dict[int, "Order"] = field(default_factory=dict)
    fills: int = 0
    rejects: int = 0
    last_reject: Reject = Reject.NONE
    leg: Leg = Leg.ONE_WAY

    def is_against(self, side: Side) -> bool:
        """Return whether an order closes a leg of an account in hedge mode; without legs none does."""
        return self.leg == (Leg.LONG if side == Side.SELL else Leg.SHORT)

    def reducible(self, side: Side) -> int:
        """Return how many lots an order of ``side`` can take off the position."""
        return max(0, self.pos) if side == Side.SELL else max(0, -self.pos)


@dataclass(slots=True, eq=False)
class Order:
    """A working order; ``px`` in ticks, of a stop the trigger in milli-ticks."""

    number: int
    account: Account
    side: Side
    px: int
    qty: int
    tag: int
    reduce_only: bool
    cause: FillCause
    source: TriggerSource | None = None
    fired: bool = False

    def is_touched(self, milli: int) -> bool:
        """Return whether a price sets this stop off."""
        return milli >= self.px if self.side == Side.BUY else milli <= self.px


class Levels:
    """One side of a book: price to orders by arrival."""

    def __init__(self, side: Side) -> None:
        self.sign = -1 if side == Side.BUY else 1
        self.at: dict[int, dict[int, Order]] = {}
        self._prices: list[int] = []

    def best(self) -> int | None:
        """Return the best price, None when the side is empty."""
        while self._prices:
            px = self.sign * self._prices[0]
            if px in self.at:
                return px
            heapq.heappop(self._prices)
        return None

    def add(self, order: Order) -> None:
        """Put an order behind the others at its price."""
        if order.px not in self.at:
            self.at[order.px] = {}
            heapq.heappush(self._prices, self.sign * order.px)
        self.at[order.px][order.number] = order

    def drop(self, order: Order) -> None:
        """Take an order out."""
        level = self.at[order.px]
        del level[order.number]
        if not level:
            del self.at[order.px]

    def first(self) -> Order:
        """Return the order that trades first; the side must not be empty."""
        self.best()
        return next(iter(self.at[self.sign * self._prices[0]].values()))

    def in_order(self) -> Iterator[Order]:
        """Yield all orders, the first to trade first."""
        for px in sorted(self.at, reverse=self.sign < 0):
            yield from self.at[px].values()


@dataclass(slots=True)
class Book:
    """The book of one instrument and the accounts that trade in it."""

    kind: InstrumentKind
    num: int
    den: int
    mark_milli: int
    accounts: list[Account]
    fees: Account
    maker_fee_ppb: int = 0
    taker_fee_ppb: int = 0
    last_px: int = 0
    trades: int = 0
    volume: int = 0
    turnover: int = 0
    fills: list[tuple[int, int, int, int, int, int, int]] = field(default_factory=list)
    """(px, qty, maker, taker, side of the taker, cause of the maker, cause of the taker)."""
    sides: dict[Side, Levels] = field(
        default_factory=lambda: {Side.BUY: Levels(Side.BUY), Side.SELL: Levels(Side.SELL)}
    )
    stops: dict[int, Order] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    # ---- money

    def amount(self, px: int, qty: int) -> int:
        """Return what a buyer pays, atoms."""
        if self.kind == InstrumentKind.INVERSE:
            return -inverse_amount(px, qty, self.num, self.den)
        return amount(px, qty, self.num, self.den)

    def worth(self, lots: int, milli: int) -> int:
        """Return the signed value of lots at a price, atoms."""
        rule = inverse_value if self.kind == InstrumentKind.INVERSE else value
        return rule(lots, milli, self.num, self.den)

    def hold(self, px: int, qty: int) -> int:
        """Return the cash that a working spot buy sets aside, atoms."""
        paid = self.amount(px, qty)
        return paid + fee(paid, max(0, self.maker_fee_ppb, self.taker_fee_ppb))

    def sweep_cost(self, px: int, qty: int) -> int:
        """Return the cash that buying from the book up to a limit would take, fees included, atoms."""
        cost = 0
        for order in self.sides[Side.SELL].in_order():
            if qty == 0 or order.px > px:
                break
            lots = min(qty, order.qty)
            cost += self.hold(order.px, lots)
            qty -= lots
        return cost

    # ---- changes of working orders

    def change_open(self, order: Order, change: int) -> None:
        """Let the working lots of an order grow, and with them its account's open lots and hold."""
        account = order.account
        account.open[order.side] = int64(account.open[order.side] + change)
        if self.kind == InstrumentKind.SPOT and order.side == Side.BUY:
            before = self.hold(order.px, order.qty) if order.qty else 0
            account.held = int64(account.held + self.hold(order.px, order.qty + change) - before)
        order.qty += change

    def rest(
        self,
        account: Account,
        side: Side,
        px: int,
        qty: int,
        tag: int,
        reduce_only: bool,
        cause: FillCause,
    ) -> None:
        """Let an order wait in the book."""
        order = Order(next(self.numbers), account, side, px, 0, tag, reduce_only, cause)
        self.change_open(order, qty)
        self.sides[side].add(order)
        self.list_order(order)

    def list_order(self, order: Order) -> None:
        """Put an order on its account's list."""
        order.account.orders[order.number] = order
        if order.tag >= 0:
            order.account.tags[order.tag] = order

    def cancel_order(self, order: Order) -> None:
        """Take a working order out, resting or waiting."""
        if order.source is None:
            self.sides[order.side].drop(order)
            self.change_open(order, -order.qty)
        else:
            del self.stops[order.number]
        self.forget(order)

    def forget(self, order: Order) -> None:
        """Strike an order off its account's list."""
        del order.account.orders[order.number]
        if order.account.tags.get(order.tag) is order:
            del order.account.tags[order.tag]

    # ---- matching

    def reaches(self, side: Side, px: int) -> bool:
        """Return whether an incoming order trades with the best of the other side."""
        best = self.sides[other(side)].best()
        if best is None:
            return False
        return best <= px if side == Side.BUY else best >= px

    def take(self, account: Account, side: Side, px: int, qty: int, cause: FillCause) -> int:
        """Match an incoming order and return the lots left."""
        levels = self.sides[other(side)]
        while qty > 0 and self.reaches(side, px):
            maker = levels.first()
            same_owner = maker.account.owner == account.owner and not account.self_trade
            if same_owner and cause != FillCause.LIQUIDATION:
                break
            if maker.reduce_only:
                most = maker.account.reducible(maker.side)
                if most == 0:
                    self.cancel_order(maker)
                    continue
                if maker.qty > most:
                    self.change_open(maker, most - maker.qty)
            filled = min(qty, maker.qty)
            self._fill(maker, account, maker.px, filled, side, cause)
            qty -= filled
            if maker.qty == 0:
                levels.drop(maker)
                self.forget(maker)
        return qty

    def _fill(
        self, maker: Order, taker: Account, px: int, qty: int, side: Side, cause: FillCause
    ) -> None:
        self.change_open(maker, -qty)
        buyer, seller = (taker, maker.account) if side == Side.BUY else (maker.account, taker)
        paid = self.amount(px, qty)
        if buyer is not seller:
            for account, signed in ((buyer, qty), (seller, -qty)):
                account.cash = int64(account.cash - paid if signed > 0 else account.cash + paid)
                account.cost = int64(cost_after(account.pos, account.cost, signed, paid))
                account.pos = int64(account.pos + signed)
        for account, rate in ((maker.account, self.maker_fee_ppb), (taker, self.taker_fee_ppb)):
            due = fee(abs(paid), rate)
            account.cash = int64(account.cash - due)
            self.fees.cash = int64(self.fees.cash + due)
            account.fills += 1
        self.last_px = px
        self.trades += 1
        self.volume = int64(self.volume + qty)
        self.turnover = int64(self.turnover + abs(paid))
        row = (px, qty, maker.account.number, taker.number, side, maker.cause, cause)
        self.fills.append(row)

    def fillable(self, account: Account, side: Side, px: int, qty: int) -> int:
        """Return the lots that an incoming order would certainly fill."""
        lots = 0
        for order in self.sides[other(side)].in_order():
            if order.px > px if side == Side.BUY else order.px < px:
                break
            if order.account.owner == account.owner and not account.self_trade:
                break
            sure = order.qty
            if order.reduce_only:
                others = order.account.open[order.side] - order.qty
                sure = max(0, min(order.qty, order.account.reducible(order.side) - others))
            lots += sure
            if lots >= qty:
                return qty
        return lots
