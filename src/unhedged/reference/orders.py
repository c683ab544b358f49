"""One instrument's venue in plain Python: what it refuses and every order type, on the plain book."""

from dataclasses import dataclass, field
from fractions import Fraction

from unhedged.reference.book import MILLI, Account, Book, Order
from unhedged.rules.integer import PPB
from unhedged.rules.margin import initial_margin
from unhedged.vocab.enums import (
    AccountStatus,
    FillCause,
    InstrumentKind,
    Reject,
    Side,
    TimeInForce,
    TriggerSource,
)

HIGHEST_PX = 2**31 - 1
NO_LIMIT = 10**15


@dataclass(slots=True)
class Market(Book):
    """A venue with one instrument. Methods that stand for a message return why it was refused."""

    tiers: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    """(floor in atoms, initial rate in ppb), ascending."""
    band_ppb: int = 0
    max_qty: int = 0
    significant: int = 0
    tick: Fraction = Fraction(1, 10)

    # ---- checks

    def initial(self, lots: int) -> int:
        """Return the initial margin of so many lots at mark, atoms."""
        if lots == 0:
            return 0
        notional = abs(self.worth(lots, self.mark_milli))
        rates = [rate for floor, rate in self.tiers if floor <= notional]
        return initial_margin(notional, rates[-1] if rates else self.tiers[0][1])

    def has_margin(self, account: Account, side: Side, px: int, qty: int, at_market: bool) -> bool:
        """Return whether the account can carry an order; one at market reserves no loss to its limit."""
        bought = account.pos + account.open[Side.BUY] + (qty if side == Side.BUY else 0)
        sold = account.pos - account.open[Side.SELL] - (qty if side == Side.SELL else 0)
        if (bought <= 0) if side == Side.BUY else (sold >= 0):
            return True
        signed = qty if side == Side.BUY else -qty
        loss = 0
        if not at_market:
            at_limit, at_mark = self.worth(signed, px * MILLI), self.worth(signed, self.mark_milli)
            loss = max(0, at_limit - at_mark)
        equity = account.cash + self.worth(account.pos, self.mark_milli)
        return equity >= loss + self.initial(max(abs(bought), abs(sold)))

    def worst_px(self, side: Side) -> int:
        """Return the worst price inside the band, ticks; without a band one that every order satisfies."""
        if self.band_ppb == 0:
            return NO_LIMIT if side == Side.BUY else 1
        if side == Side.BUY:
            return self.mark_milli * (PPB + self.band_ppb) // (MILLI * PPB)
        return max(1, -(-self.mark_milli * (PPB - self.band_ppb) // (MILLI * PPB)))

    def refuse_sender(self, account: Account, qty: int) -> Reject:
        """Return why account or size are refused."""
        if account.status == AccountStatus.IN_LIQUIDATION:
            return Reject.IN_LIQUIDATION
        if account.status == AccountStatus.TAKEN_OVER:
            return Reject.CLOSED
        if qty <= 0 or (self.max_qty and qty > self.max_qty):
            return Reject.LOT
        return Reject.NONE

    def refuse_px(self, side: Side, px: int) -> Reject:
        """Return why a limit is refused."""
        if px <= 0:
            return Reject.NEGATIVE_PRICE
        if px > HIGHEST_PX:
            return Reject.TICK
        figures = len(str(px).rstrip("0"))
        if self.significant and figures > self.significant and (px * self.tick).denominator != 1:
            return Reject.SIGNIFICANT_FIGURES
        edge = self.worst_px(side)
        if px > edge if side == Side.BUY else px < edge:
            return Reject.BAND
        return Reject.NONE

    def refuse_funds(
        self, account: Account, side: Side, px: int, qty: int, at_market: bool
    ) -> Reject:
        """Return why an account cannot pay."""
        if self.kind != InstrumentKind.SPOT:
            enough = self.has_margin(account, side, px, qty, at_market)
            return Reject.NONE if enough else Reject.MARGIN
        if side == Side.SELL:
            return Reject.NONE if account.pos - account.open[side] >= qty else Reject.BALANCE
        needed = self.sweep_cost(px, qty) if at_market else self.hold(px, qty)
        return Reject.NONE if account.cash - account.held >= needed else Reject.BALANCE

    # ---- messages

    def _enter(
        self,
        account: Account,
        side: Side,
        px: int,
        qty: int,
        force: TimeInForce,
        tag: int,
        reduce_only: bool,
        cause: FillCause,
        at_market: bool = False,
    ) -> Reject:
        reduce_only = reduce_only or account.is_against(side)
        if reduce_only:
            qty = min(qty, account.reducible(side))
            if qty == 0:
                return Reject.REDUCE_ONLY
        if not reduce_only or self.kind == InstrumentKind.SPOT:
            code = self.refuse_funds(account, side, px, qty, at_market)
            if code != Reject.NONE:
                return code
        if force == TimeInForce.POST_ONLY and self.reaches(side, px):
            return Reject.POST_ONLY
        if force == TimeInForce.FOK and self.fillable(account, side, px, qty) < qty:
            return Reject.FILL_OR_KILL
        left = self.take(account, side, px, qty, cause)
        if left and self.reaches(side, px):
            return Reject.SELF_TRADE
        if left and force in (TimeInForce.GTC, TimeInForce.POST_ONLY):
            self.rest(account, side, px, left, tag, reduce_only, cause)
        return Reject.NONE

    def limit(
        self,
        account: Account,
        side: Side,
        px: int,
        qty: int,
        force: TimeInForce = TimeInForce.GTC,
        tag: int = -1,
        reduce_only: bool = False,
        cause: FillCause = FillCause.CHOICE,
    ) -> Reject:
        """Handle a limit order; it replaces the working order under its tag."""
        code = self.refuse_sender(account, qty) or self.refuse_px(side, px)
        if code != Reject.NONE:
            return code
        if tag in account.tags:
            self.cancel_order(account.tags[tag])
        return self._enter(account, side, px, qty, force, tag, reduce_only, cause)

    def market(
        self,
        account: Account,
        side: Side,
        qty: int,
        force: TimeInForce = TimeInForce.IOC,
        reduce_only: bool = False,
        cause: FillCause = FillCause.CHOICE,
    ) -> Reject:
        """Handle a market order, bounded by the price band."""
        code = self.refuse_sender(account, qty)
        if code != Reject.NONE:
            return code
        px = self.worst_px(side)
        if not self.reaches(side, px):
            return Reject.NO_LIQUIDITY
        at_once = TimeInForce.FOK if force == TimeInForce.FOK else TimeInForce.IOC
        return self._enter(account, side, px, qty, at_once, -1, reduce_only, cause, True)

    def cancel(self, account: Account, tag: int) -> Reject:
        """Handle a cancel."""
        if tag not in account.tags:
            return Reject.UNKNOWN_ORDER
        self.cancel_order(account.tags[tag])
        return Reject.NONE

    def cancel_all(self, account: Account) -> Reject:
        """Handle a cancel of all orders."""
        for order in list(account.orders.values()):
            self.cancel_order(order)
        return Reject.NONE

    def modify(
        self,
        account: Account,
        tag: int,
        px: int,
        qty: int,
        force: TimeInForce = TimeInForce.GTC,
    ) -> Reject:
        """Handle a change of price and size; priority is kept when size alone shrinks."""
        order = account.tags.get(tag)
        if order is None or order.source is not None:
            return Reject.UNKNOWN_ORDER
        code = self.refuse_sender(account, qty) or self.refuse_px(order.side, px)
        if code != Reject.NONE:
            return code
        if px == order.px and qty <= order.qty:
            self.change_open(order, qty - order.qty)
            return Reject.NONE
        self.cancel_order(order)
        if force != TimeInForce.POST_ONLY:
            force = TimeInForce.GTC
        return self._enter(account, order.side, px, qty, force, tag, order.reduce_only, order.cause)

    def stop(
        self,
        account: Account,
        side: Side,
        px_milli: int,
        qty: int,
        tag: int = -1,
        reduce_only: bool = False,
        source: TriggerSource = TriggerSource.MARK,
        cause: FillCause = FillCause.CHOICE,
    ) -> Reject:
        """Handle a stop order."""
        code = self.refuse_sender(account, qty)
        if code != Reject.NONE:
            return code
        if px_milli <= 0:
            return Reject.NEGATIVE_PRICE
        rounding = MILLI - 1 if side == Side.BUY else 0
        if source == TriggerSource.LAST and (px_milli + rounding) // MILLI > HIGHEST_PX:
            return Reject.TICK
        if tag in account.tags:
            self.cancel_order(account.tags[tag])
        if cause == FillCause.CHOICE:
            cause = FillCause.STOP
        number = next(self.numbers)
        order = Order(number, account, side, px_milli, qty, tag, reduce_only, cause, source)
        order.fired = source == TriggerSource.MARK and order.is_touched(self.mark_milli)
        self.stops[number] = order
        self.list_order(order)
        return Reject.NONE

    # ---- after a message, after a mark

    def report(self, account: Account, code: Reject) -> Reject:
        """Count a refusal for its sender."""
        if code != Reject.NONE:
            account.rejects += 1
            account.last_reject = code
        return code

    def release(self, order: Order) -> Reject:
        """Turn a stop into a market order."""
        self.cancel_order(order)
        code = self.market(
            order.account, order.side, order.qty, TimeInForce.IOC, order.reduce_only, order.cause
        )
        return self.report(order.account, code)

    def release_touched(self) -> None:
        """Release the stops that the last price touches, oldest first, until none is touched."""
        while True:
            last = [s for s in self.stops.values() if s.source == TriggerSource.LAST]
            touched = [s for s in last if s.is_touched(self.last_px * MILLI)]
            if not touched:
                return
            self.release(touched[0])

    def touched_by_mark(self) -> list[Order]:
        """Return the stops that the mark touches, or touched when they were placed."""
        marked = [s for s in self.stops.values() if s.source == TriggerSource.MARK]
        return [s for s in marked if s.fired or s.is_touched(self.mark_milli)]
