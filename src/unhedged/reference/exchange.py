"""One book in a world of many: the plain book with accounts that are shared by all books of a venue."""

from collections.abc import Iterator
from typing import Any

from unhedged.reference.book import MILLI, Order
from unhedged.reference.feed import Feed, note_quote
from unhedged.reference.genealogy import Pushes
from unhedged.reference.ledger import Contract
from unhedged.reference.orders import Market
from unhedged.reference.seats import Seat, Trigger
from unhedged.reference.world import Venue, World
from unhedged.rules import halts
from unhedged.rules.fees import fee
from unhedged.rules.integer import mul_div_ceil, mul_div_floor
from unhedged.rules.margin import initial_margin
from unhedged.vocab.enums import (
    AccountKind,
    EntryReason,
    FillCause,
    InstrumentKind,
    Leg,
    Reject,
    Side,
    TimeInForce,
    TriggerKind,
    TriggerSource,
)

PARTS = 16
"""Parts of the window of a circuit breaker."""


class Exchange(Market):
    """One book of a world, with the state its mark, funding and feed need."""

    def __init__(self, world: World, venue: Venue, number: int, contract: Contract, **terms: Any):
        self.world, self.venue, self.number = world, venue, number
        self.local = len(venue.exchanges)
        self.contract = contract
        self.seats: list[Seat] = []
        self.triggers: list[Trigger] = []
        self.feed = Feed()
        self.pushes = Pushes()
        self.basis: list[int] = []
        self.ballot: list[int] = []
        self.marks: list[tuple[int, int]] = []
        self.halts = 0
        self.ema_num = self.ema_den = self.book_ema_num = self.book_ema_den = 0.0
        self.ema_at = self.mid_met = 0
        self.premium_sum = self.premium_samples = self.funding_ppb = 0
        state = terms.pop("state")
        house: Any = None
        super().__init__(
            num=contract.num,
            den=contract.den,
            mark_milli=contract.mark,
            accounts=[],
            fees=house,
            **terms,
        )
        self.numbers = world.numbers
        for name, value in state.items():
            setattr(self, name, value)

    # set from `state`
    basis_window: int
    votes_most: int
    asset: int
    sources: list[tuple[int, int, int, int]]
    peers: list[tuple[int, int, int, int]]
    next_funding: int
    interest_ppb: int
    funding_clamp_ppb: int
    funding_cap_ppb: int
    impact_notional: int
    start_milli: int
    halt_ppb: int
    tick_usd: float
    lot_units: float
    low_px: int
    high_px: int

    @property
    def mark_milli(self) -> int:
        """Return the mark, milli-ticks."""
        return self.contract.mark

    @mark_milli.setter
    def mark_milli(self, milli: int) -> None:
        self.contract.mark = milli

    @property
    def halted(self) -> bool:
        """Return whether the book stands still."""
        return self.contract.halted_until > self.world.now

    def refuse_sender(self, account: Any, qty: int) -> Reject:
        """Return why an order is refused before its price is looked at."""
        return Reject.HALTED if self.halted else super().refuse_sender(account, qty)

    def watch_mark(self) -> None:
        """Halt the book when its mark has moved too far within the window."""
        if self.halted or self.halt_ppb == 0:
            return
        mark, now = self.mark_milli, self.world.now * PARTS // max(1, self.venue.halt_window)
        self.marks = [(part, milli) for part, milli in self.marks if part > now - PARTS]
        self.marks.append((now, mark))
        seen = [milli for _, milli in self.marks]
        if halts.is_beyond(mark, min(seen), max(seen), self.halt_ppb):
            self.halts += 1
            self.contract.halted_until = self.world.now + self.venue.halt_pause
            self.marks.clear()

    # ---- money

    def initial_of(self, seat: Seat, more: int = 0) -> int:
        """Return the initial margin of a seat with its working orders and ``more`` signed lots of them, atoms."""
        bought = seat.pos + seat.open[Side.BUY] + max(0, more)
        sold = seat.pos - seat.open[Side.SELL] - max(0, -more)
        if seat.leg == Leg.LONG:
            return self.initial(bought)
        return self.initial(abs(sold) if seat.leg == Leg.SHORT else max(abs(bought), abs(sold)))

    def initial(self, lots: int) -> int:
        """Return the initial margin of so many lots at mark, by size or notional as brackets are read, atoms."""
        if lots == 0:
            return 0
        ledger = self.venue.ledger
        rate = self.tiers[ledger.tier(self.local, lots)][1] + ledger.slope(self.local, lots)
        return initial_margin(abs(self.worth(lots, self.mark_milli)), rate)

    def has_margin(self, account: Any, side: Side, px: int, qty: int, at_market: bool) -> bool:
        """Return whether the whole account can carry an order; one at market reserves no loss to its limit."""
        seat: Seat = account
        signed = qty if side == Side.BUY else -qty
        if side == Side.BUY and seat.pos + seat.open[side] + qty <= 0:
            return True
        if side == Side.SELL and seat.pos - seat.open[side] - qty >= 0:
            return True
        needed = 0
        if not at_market:
            needed = max(0, self.worth(signed, px * MILLI) - self.worth(signed, self.mark_milli))
        for other_seat in seat.holder.seats.values():
            more = signed if other_seat is seat else 0
            needed += other_seat.exchange.initial_of(other_seat, more)
        return self.venue.ledger.equity(seat.holder) >= needed

    def take(self, account: Any, side: Side, px: int, qty: int, cause: FillCause) -> int:
        """Match an incoming order; the mid it meets is remembered. A halted book matches nothing."""
        if self.halted:
            return qty
        if self.reaches(side, px):
            self.mid_met = self.mid_milli()
        return super().take(account, side, px, qty, cause)

    def _share_spread(self, maker: Any, taker: Any, gained: int) -> None:
        # What the taker gained against the mid it met the maker lost.
        maker.made -= gained
        if taker.agent >= 0 and self.world.agents[taker.agent].struck:
            taker.after += gained
        else:
            taker.crossed += gained

    def _fill(
        self, maker: Order, taker: Any, px: int, qty: int, side: Side, cause: FillCause
    ) -> None:
        resting: Any = maker.account
        self.change_open(maker, -qty)
        paid = self.amount(px, qty)
        buyer, seller = (taker, resting) if side == Side.BUY else (resting, taker)
        if buyer is not seller:
            for seat, sign in ((buyer, 1), (seller, -1)):
                seat.holding.add(sign * qty, paid)
                seat.holder.cash -= sign * paid
        for seat, rate in ((resting, self.maker_fee_ppb), (taker, self.taker_fee_ppb)):
            venue = self.world.venues[seat.holder.venue]
            fees = venue.house(AccountKind.FEES)
            venue.ledger.pay(seat.holder, fees, fee(abs(paid), rate), EntryReason.TRADING_FEE)
            if seat.holder.agent >= 0:
                self.world.agents[seat.holder.agent].fills += 1
        gained = self.worth(qty, self.mid_met) - paid if self.mid_met > 0 else 0
        self._share_spread(resting.holder, taker.holder, gained if side == Side.BUY else -gained)
        self.last_px = px
        self.low_px, self.high_px = min(self.low_px, px), max(self.high_px, px)
        self.trades += 1
        self.volume += qty
        self.turnover += abs(paid)
        self.world.trades += 1
        self.world.fills.append(
            (
                self.world.now, px, qty, self.number, resting.number, taker.number,
                int(side), int(maker.cause), int(cause),
            )
        )  # fmt: skip

    # ---- looking at the book

    def levels(self, side: Side) -> Iterator[tuple[int, int]]:
        """Yield (price, lots) of a side, the best first."""
        at = self.sides[side].at
        for px in sorted(at, reverse=side == Side.BUY):
            yield px, sum(order.qty for order in at[px].values())

    def best(self, side: Side) -> int:
        """Return the best price of a side, -1 when it is empty."""
        px = self.sides[side].best()
        return -1 if px is None else px

    def depth(self, side: Side, bound: int) -> int:
        """Return the lots of a side at ``bound`` or nearer to the market."""
        inside = [
            q for px, q in self.levels(side) if (px >= bound if side == Side.BUY else px <= bound)
        ]
        return sum(inside)

    def impact_px(self, side: Side, atoms: int) -> int:
        """Return the average price of trading an amount against a side, milli-ticks; -1 when it is not there."""
        if atoms <= 0:
            best = self.best(side)
            return best if best < 0 else best * MILLI
        lots = done = 0
        inverse = self.kind == InstrumentKind.INVERSE
        for px, qty in self.levels(side):
            here = qty
            if abs(self.amount(px, qty)) >= atoms - done:
                fewest = mul_div_ceil(mul_div_ceil(atoms - done, self.den, self.num), 1, px)
                if inverse:
                    fewest = mul_div_ceil(atoms - done, self.den * px, self.num)
                here = min(qty, fewest)
                lots, done = lots + here, done + abs(self.amount(px, here))
                if inverse:
                    return mul_div_floor(lots * self.num, MILLI, self.den * max(1, done))
                return mul_div_floor(done, MILLI * self.den, lots * self.num)
            lots += here
            done += abs(self.amount(px, here))
        return -1

    def mid_milli(self) -> int:
        """Return the mid, the last trade when a side is empty; milli-ticks."""
        bid, ask = self.best(Side.BUY), self.best(Side.SELL)
        if bid > 0 and ask > 0:
            return (bid + ask) * (MILLI // 2)
        return self.last_px * MILLI

    def open_interest(self) -> int:
        """Return the sum of long positions, lots."""
        return sum(max(0, seat.pos) for seat in self.seats)

    # ---- orders and triggers

    def cancel_all(self, account: Any) -> Reject:
        """Cancel all orders of an account in this book, both legs', the newest first."""
        seats = [seat for seat in account.holder.seats.values() if seat.exchange is self]
        orders = [order for seat in seats for order in seat.orders.values()]
        for order in sorted(orders, key=lambda o: -o.number):
            self.cancel_order(order)
        return Reject.NONE

    def stop(
        self, account: Any, side: Side, px_milli: int, qty: int, *rest: Any, **terms: Any
    ) -> Reject:
        """Handle a stop order; one on the mark gets a trigger."""
        before = set(self.stops)
        code = super().stop(account, side, px_milli, qty, *rest, **terms)
        for number in set(self.stops) - before:
            order = self.stops[number]
            if order.source == TriggerSource.MARK:
                self.add_trigger(account, TriggerKind.STOP_ORDER, px_milli, side == Side.BUY, order)
        return code

    def add_trigger(
        self, seat: Seat, kind: TriggerKind, px: int, rising: bool, order: Order | None = None
    ) -> None:
        """Place a trigger; one that the mark touches already fires with the next mark update."""
        world = self.world
        if world.free_triggers:
            row = world.free_triggers.pop()
        else:
            row = world.triggers_used
            world.triggers_used += 1
        trigger = Trigger(row, seat, kind, px, rising, order)
        self.triggers.append(trigger)
        if trigger.is_touched(self.mark_milli):
            world.fired.append(trigger)

    def remove_trigger(self, trigger: Trigger) -> None:
        """Take a trigger away; its row is used again, the latest first."""
        self.triggers.remove(trigger)
        self.world.free_triggers.append(trigger.row)

    def mark_moved(self, old: int, new: int) -> None:
        """Fire the triggers on the way from one mark to another, the nearest to the old mark first, ties by row."""
        touched = [t for t in self.triggers if t.is_touched(new) and t not in self.world.fired]
        self.world.fired += sorted(touched, key=lambda t: (abs(t.px - old), t.row))

    def cancel_order(self, order: Order) -> None:
        """Take a working order out, resting or waiting, and its trigger with it."""
        super().cancel_order(order)
        for trigger in [t for t in self.triggers if t.order is order]:
            self.remove_trigger(trigger)

    def report(self, account: Any, code: Reject) -> Reject:
        """Count the refusal of a released stop for its holder's agent."""
        if code != Reject.NONE:
            self.world.refused(account.holder.agent, code)
        return code

    def close_at_market(self, seat: Seat, cause: FillCause) -> None:
        """Close a whole position with a reduce-only market order."""
        side = Side.SELL if seat.pos > 0 else Side.BUY
        self._answered(self.market(seat, side, abs(seat.pos), TimeInForce.IOC, True, cause))

    def close_at(self, seat: Seat, px: int, cause: FillCause) -> None:
        """Leave a reduce-only limit order for a whole position."""
        side, force = Side.SELL if seat.pos > 0 else Side.BUY, TimeInForce.GTC
        self._answered(self.limit(seat, side, px, abs(seat.pos), force, -1, True, cause))

    def _answered(self, code: Reject) -> None:
        if code != Reject.NONE:
            self.world.refused(-1, code)
        self.release_touched()
        self.world.reject = code
        note_quote(self)
