"""Orders of a liquidation in plain Python: at bankruptcy, down the tiers, on all legs."""

from unhedged.reference.deleveraging import NO_LIMIT_PX, Steps
from unhedged.reference.halts import Waiting
from unhedged.reference.ledger import SHORT_LEG, Account
from unhedged.reference.takeover import DONE, NEXT
from unhedged.rules import dydx, fees, hedge, insurance, liquidation, liquidation_size
from unhedged.rules.integer import MILLI, mul_div_floor
from unhedged.rules.inverse import FLAT_MILLI
from unhedged.vocab.enums import (
    AccountStatus,
    CasePhase,
    EntryReason,
    LiquidationStep,
    Reduction,
    Side,
    TierForm,
)


class ForcedOrders(Waiting):
    """One venue's orders at bankruptcy."""

    # ---- one order

    def trade_out(self, account: Account, i: int, qty: int, limit: int) -> tuple[int, int]:
        """Send an order of the venue into the book; return lots and amount."""
        side = Side.SELL if account.holdings[i].pos > 0 else Side.BUY
        most = self.allowed(account, i, qty)
        filled, atoms = self.take(i, side, limit, most, account) if most else (0, 0)
        if filled and self.rulebook.throttle:
            self.count(account, i, filled, cut=filled == most < qty)
        account.holdings[i].forced_qty += filled
        self.ledger.contracts[i].forced_qty += filled
        return filled, atoms

    def keep_order(self, account: Account, i: int, change: int, atoms: int) -> None:
        """Write down an order after its fee."""
        c = self.ledger.contracts[i]
        average = mul_div_floor(atoms, MILLI * c.den, abs(change) * c.num)
        if c.inverse:
            average = mul_div_floor(abs(change) * c.num, MILLI, c.den * max(1, atoms))
        self.row(account, i, None, CasePhase.REDUCE, change, average)

    def send(self, account: Account, i: int, qty: int, limit: int) -> int:
        """Send an order of the venue into the book and charge the liquidation fee."""
        pos = account.holdings[i].pos
        filled, atoms = self.trade_out(account, i, qty, limit)
        if filled == 0:
            return 0
        due = fees.fee(atoms, self.rulebook.liquidation_fee_ppb)
        due = min(due, max(0, self.ledger.equity(account)))
        self.book(i, due)
        self.ledger.pay(account, self.fund, due, EntryReason.LIQUIDATION_FEE)
        self.keep_order(account, i, -filled if pos > 0 else filled, atoms)
        return filled

    def send_above(self, account: Account, i: int, qty: int, limit: int) -> None:
        """Send an order whose fee is what it brings above bankruptcy, up to a cap; the fund pays what it brings less."""
        ledger, pos = self.ledger, account.holdings[i].pos
        owned, needed = ledger.equity(account), max(1, ledger.maintenance(account))
        held = ledger.maintenance_of(account, i)
        filled, atoms = self.trade_out(account, i, qty, limit)
        if filled == 0:
            return
        change = -filled if pos > 0 else filled
        margin = held * filled // abs(pos)
        fair = dydx.bankruptcy_quote_dydx(ledger.worth(i, change), owned, margin, needed)
        received = atoms if (pos > 0) != ledger.contracts[i].inverse else -atoms
        delta = insurance.fund_delta_dydx(received, fair, atoms, self.rulebook.fee_cap_ppb)
        if delta < 0:
            most = max(0, ledger.equity(self.fund))
            if self.rulebook.block_lost:
                most = min(most, self.rulebook.block_lost - account.lost)
            delta = -min(-delta, most)
            account.lost -= delta
        self.book(i, delta)
        reason = EntryReason.LIQUIDATION_FEE if delta > 0 else EntryReason.FUND_DRAW
        ledger.pay(account, self.fund, delta, reason)
        self.keep_order(account, i, change, atoms)

    def limit_of(self, account: Account, i: int) -> int:
        """Return the limit of an order at bankruptcy, ticks; below 1 there is none."""
        pos = account.holdings[i].pos
        limit = min(liquidation.bankruptcy_px(pos, self.bankruptcy(account, i)), NO_LIMIT_PX)
        return max(1, limit) if pos > 0 else limit

    def lots_above(self, account: Account, i: int, tier: int) -> int:
        """Return the fewest lots to close so that the rest lies below a tier."""
        c, pos = self.ledger.contracts[i], account.holdings[i].pos
        floor = c.tiers[tier].floor
        if c.tier_form == TierForm.SIZE:
            return liquidation_size.reduce_to_size_qty(pos, floor - 1) if floor > 0 else abs(pos)
        if c.inverse:  # the most lots worth less than the floor, lot by lot in thought
            most = max(0, floor * c.den * c.mark - 1) // (c.num * MILLI)
            return max(0, abs(pos) - most)
        return liquidation_size.reduce_to_tier_qty(pos, c.mark, floor, c.num, c.den)

    def smallest(self, account: Account, i: int) -> int:
        """Return the smallest close that restores the margin in a lower tier, or everything."""
        ledger, c = self.ledger, self.ledger.contracts[i]
        pos = account.holdings[i].pos
        others = ledger.maintenance(account) - ledger.maintenance_of(account, i)
        free = ledger.equity(account) - others - int(self.rulebook.inclusive)
        fee = self.rulebook.liquidation_fee_ppb
        milli, den = (FLAT_MILLI, c.den * c.mark) if c.inverse else (c.mark, c.den)
        for n in range(ledger.tier(i, pos), 0, -1):
            low = c.tiers[n - 1]
            to_margin = liquidation_size.restoring_qty(
                pos, free, milli, low.mm_ppb, low.deduct, fee, c.num, den
            )
            qty = max(self.lots_above(account, i, n), to_margin)
            left = free - fees.fee(abs(ledger.worth(i, qty)), fee)
            if qty < abs(pos) and left >= ledger.maintenance_at(i, abs(pos) - qty):
                return qty
        return abs(pos)

    # ---- steps

    def cancel_orders(self, account: Account) -> Steps:
        """Cancel everything."""
        self.cancel(account, None)
        yield None
        return NEXT

    def net_hedged_legs(self, account: Account) -> Steps:
        """Close the two legs of one contract after the other against each other at mark."""
        while not self.safe(account):
            pairs = [(i, i + SHORT_LEG) for i in account.open() if i + SHORT_LEG in account.open()]
            if not pairs:
                yield None
                return NEXT
            self.net(account, *pairs[0])
            yield None
        account.status = AccountStatus.LIVE
        return DONE

    def net(self, account: Account, i: int, k: int) -> None:
        """Close a long leg ``i`` and a short leg ``k`` against each other."""
        mark = self.ledger.contracts[i].mark
        qty = hedge.netting_qty(account.holdings[i].pos, -account.holdings[k].pos)
        atoms = self.ledger.worth(i, qty)
        self.ledger.exchange(atoms, qty, (account, k), (account, i))
        for leg in (i, k):
            account.holdings[leg].forced_qty += qty
        self.row(account, i, account, CasePhase.NET, -qty, mark)
        self.row(account, k, account, CasePhase.NET, qty, mark)

    def try_next(self, account: Account, tried: set[int]) -> int | None:
        """Return the next contract to try, and count it as tried."""
        i = self.worst(account, tried)
        if i is not None:
            tried.add(i)
            account.touched = i
        return i

    def ioc_at_bankruptcy(self, account: Account) -> Steps:
        """Send one order per position until the account is safe."""
        tried: set[int] = set()
        while not self.safe(account):
            if t := self.wait(account, LiquidationStep.IOC_AT_BANKRUPTCY):
                tried.clear()
                yield t
                continue
            i = self.try_next(account, tried)
            if i is None:
                yield None
                return NEXT
            limit = self.limit_of(account, i)
            if limit >= 1:
                self.send(account, i, self.smallest(account, i), limit)
            yield self.pause(account, tried)
        account.status = AccountStatus.LIVE
        return DONE

    def orders_on_all_legs(self, account: Account) -> Steps:
        """Send orders on every leg, pause, and once more."""
        for pause in (self.rulebook.leg_pause, 0):
            if self.safe(account):
                break
            tried: set[int] = set()
            while True:
                if t := self.wait(account, LiquidationStep.ORDERS_ON_ALL_LEGS):
                    tried.clear()
                    yield t
                    if not self.safe(account):
                        continue
                    account.status = AccountStatus.LIVE
                    return DONE
                i = self.try_next(account, tried)
                if i is None:
                    break
                limit = self.limit_of(account, i)
                if limit >= 1:
                    self.send(account, i, self.smallest(account, i), limit)
                t = self.pause(account, tried) or 0
                yield t or None
                if t and self.safe(account):
                    account.status = AccountStatus.LIVE
                    return DONE
            yield self.now + (0 if self.safe(account) else pause)
        if self.safe(account):
            account.status = AccountStatus.LIVE
            return DONE
        yield None
        return NEXT

    def drop_tiers(self, account: Account) -> Steps:
        """Close what lies above lower tiers, so many of them at a time."""
        book = self.rulebook
        return (
            yield from self.drop(
                account,
                LiquidationStep.DROP_TIERS,
                max(1, book.tiers_at_once),
                max(1, book.partial_from),
            )
        )

    def reduce_to_lowest_tier(self, account: Account) -> Steps:
        """Close everything above the lowest tier."""
        return (yield from self.drop(account, LiquidationStep.REDUCE_TO_LOWEST_TIER, 10**9, 1))

    def drop(self, account: Account, step: LiquidationStep, tiers: int, least: int) -> Steps:
        """Drop tiers of one position after the other while they are at ``least`` or above."""
        tried: set[int] = set()
        while not self.safe(account):
            if t := self.wait(account, step):
                tried.clear()
                yield t
                continue
            i = None if self.too_thin(account) else self.try_next(account, tried)
            while i is not None and self.height(account, i) < least:
                i = self.try_next(account, tried)
            if i is None:
                yield None
                return NEXT
            target = max(0, self.height(account, i) - tiers)
            qty = self.lots_above(account, i, target + 1)
            if (yield from self.close_part(account, i, qty)):
                tried.clear()
            elif account.holdings[i].pos != 0 and self.height(account, i) <= target:
                tried.discard(i)
            yield self.pause(account, tried)
        account.status = AccountStatus.LIVE
        return DONE

    def height(self, account: Account, i: int) -> int:
        """Return the number of a position's tier."""
        return self.ledger.tier(i, account.holdings[i].pos)

    def too_thin(self, account: Account) -> bool:
        """Return whether an account has not even what the lowest tiers would ask."""
        if not self.rulebook.partial_above:
            return False
        ledger = self.ledger
        rates = {
            i: ledger.contracts[i].tiers[0].mm_ppb + ledger.slope(i, account.holdings[i].pos)
            for i in account.open()
        }
        needed = ledger.required(account, ledger.rated(account, rates))
        bar = liquidation.bar(needed, self.rulebook.inclusive)
        return ledger.equity(account) < bar

    def close_part(self, account: Account, i: int, qty: int) -> Steps:
        """Close lots as the venue closes parts; return whether winners were looked for."""
        way = self.rulebook.reduction
        if way == Reduction.TAKEOVER:
            return (yield from self.give_away(account, i, qty))
        limit = self.limit_of(account, i)
        side = Side.SELL if account.holdings[i].pos > 0 else Side.BUY
        kill = way == Reduction.FILL_OR_KILL
        if limit >= 1 and (not kill or self.sure(i, side, limit, qty) >= qty):
            self.send(account, i, qty, limit)
        return False
