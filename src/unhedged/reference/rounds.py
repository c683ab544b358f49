"""Steps that work an account off in rounds, in plain Python."""

from collections.abc import Callable

from unhedged.reference.deleveraging import NO_LIMIT_PX, Steps
from unhedged.reference.forced import ForcedOrders
from unhedged.reference.ledger import Account
from unhedged.reference.takeover import DONE, NEXT
from unhedged.rules import dydx, liquidation, liquidation_size
from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.vocab.enums import AccountStatus, AdlPrice, LiquidationStep


class Rounds(ForcedOrders):
    """One venue's rounds."""

    def edge(self, i: int, pos: int) -> int:
        """Return the edge of the price band for an order that shrinks ``pos``, ticks."""
        c = self.ledger.contracts[i]
        if c.band_ppb == 0:
            return 1 if pos > 0 else NO_LIMIT_PX
        if pos > 0:
            return max(1, mul_div_ceil(mul_div_ceil(c.mark, PPB - c.band_ppb, PPB), 1, MILLI))
        return mul_div_floor(c.mark, PPB + c.band_ppb, PPB) // MILLI

    def rounds(
        self, account: Account, step: LiquidationStep, act: Callable[[Account, int], bool]
    ) -> Steps:
        """Act on one position after the other, wait for the next mark, and again; ``act`` returns whether it was partial."""
        while True:
            tried: set[int] = set()
            partial = False
            while True:
                over = self.safe(account) or self.crossed(account, step)
                if not over and (t := self.wait(account, step)):
                    tried.clear()
                    yield t
                    continue
                i = None if over or self.cools(account, step) else self.try_next(account, tried)
                if i is None:
                    break
                partial = act(account, i) or partial
                yield self.pause(account, tried)
            if partial:
                account.cooldown_until = self.now + self.rulebook.cooldown
            if self.safe(account):
                account.status = AccountStatus.LIVE
                return DONE
            if over:
                backstop = LiquidationStep.BACKSTOP_TAKEOVER in self.rulebook.steps
                every = self.rulebook.takeover_interval if backstop else 0
                yield (self.now // every + 1) * every if every else None
                return NEXT
            yield self.now + self.rulebook.mark_interval

    def cools(self, account: Account, step: LiquidationStep) -> bool:
        """Return whether an account's cooldown lets no order out."""
        slices = step == LiquidationStep.SLICE_WITH_COOLDOWN
        return slices and self.rulebook.cooldown_waits and self.now < account.cooldown_until

    def slice_with_cooldown(self, account: Account) -> Steps:
        """Sell slices of large positions."""
        return (yield from self.rounds(account, LiquidationStep.SLICE_WITH_COOLDOWN, self.slice))

    def slice(self, account: Account, i: int) -> bool:
        """Send a market order for a slice or for all; return whether it was a slice that sold something."""
        book, pos = self.rulebook, account.holdings[i].pos
        notional, cooling = abs(self.ledger.value_of(account, i)), self.now < account.cooldown_until
        qty = liquidation_size.slice_or_all_qty(
            pos, notional, book.slice_above, book.slice_ppb, int(cooling)
        )
        return self.send(account, i, qty, self.edge(i, pos)) > 0 and qty < abs(pos)

    def limit_after(self, account: Account, i: int, loss: int) -> int:
        """Return the limit at which closing a position loses at most ``loss``, ticks."""
        pos = account.holdings[i].pos
        limit = min(liquidation.bankruptcy_px(pos, self.solvent(account, i, loss)), NO_LIMIT_PX)
        return max(1, limit) if pos > 0 else limit

    def ioc_at_zero_price(self, account: Account) -> Steps:
        """Offer all of each position at its zero price."""
        return (yield from self.rounds(account, LiquidationStep.IOC_AT_ZERO_PRICE, self.offer))

    def offer(self, account: Account, i: int) -> bool:
        """Send all of a position at its zero price or better."""
        ledger = self.ledger
        owned, needed = ledger.equity(account), max(1, ledger.maintenance(account))
        loss = max(0, owned) * ledger.maintenance_of(account, i) // needed
        limit = self.limit_after(account, i, loss)
        if limit >= 1:
            self.send_above(account, i, abs(account.holdings[i].pos), limit)
        return False

    def incremental_rounds(self, account: Account) -> Steps:
        """Send one small order after the other."""
        book = self.rulebook
        while not self.safe(account):
            if t := self.wait(account, LiquidationStep.INCREMENTAL_ROUNDS):
                yield t
                continue
            i = self.worst(account, set())
            if i is None:
                yield None
                return NEXT
            pos, notional = account.holdings[i].pos, abs(self.ledger.value_of(account, i))
            net = abs(self.ledger.nets(account).get(self.ledger.contracts[i].asset, 0))
            most = min(book.round_size, net) if net else book.round_size
            qty = liquidation_size.part_qty(pos, notional, most)
            self.send(account, i, qty, self.edge(i, pos))
            yield max(self.pause(account) or 0, self.now + max(1, book.round_interval))
        account.status = AccountStatus.LIVE
        return DONE

    # ---- blocks

    def ioc_at_fillable_price(self, account: Account) -> Steps:
        """Work an account off block by block, or find winners for one that owns less than nothing."""
        while not self.safe(account):
            if not account.open():
                yield None
                return (yield from self.settle(account))
            if t := self.wait(account, LiquidationStep.IOC_AT_FILLABLE_PRICE):
                yield t
                continue
            slots = sorted(account.slot, key=lambda i: account.slot[i])
            start = self.draw_below(len(slots))
            account.lost, used, over, t, anew = 0, 0, False, 0, None
            for i in slots[start:] + slots[:start]:
                if account.holdings[i].pos == 0:
                    continue
                if self.ledger.equity(account) < 0 and self.rulebook.adl_on:
                    if not self.may_begin("deleveraging", self.rulebook.block_adl):
                        break
                    yield from self.offset(account, i)
                elif most := self.most_of_block(account, i, used):
                    if not self.may_begin("order", self.rulebook.block_orders):
                        break
                    used += self.part_of_block(account, i, most)
                anew = self.pause(account)
                yield anew
                over = self.safe(account) or not account.open()
                t = 0 if over else self.wait(account, LiquidationStep.IOC_AT_FILLABLE_PRICE)
                if over or t or anew:
                    break
            if t:
                yield t
            elif not over and not anew:
                yield self.now + self.rulebook.mark_interval
        account.status = AccountStatus.LIVE
        return DONE

    def may_begin(self, what: str, most: int) -> bool:
        """Return whether one more thing of a kind may be done in this block, and count it; ``most`` 0 is no limit."""
        block = self.now // max(1, self.rulebook.mark_interval)
        done = self.counts[block, what]
        self.counts[block, what] += most == 0 or done < most
        return most == 0 or done < most

    def most_of_block(self, account: Account, i: int, used: int) -> int:
        """Return the notional an order may still have in this block, atoms."""
        book = self.rulebook
        if book.block_lost and account.lost >= book.block_lost:
            return 0
        worth = abs(self.ledger.value_of(account, i))
        return liquidation_size.block_notional(
            worth, book.least_notional, book.portion_ppb, book.block_notional, used
        )

    def part_of_block(self, account: Account, i: int, most: int) -> int:
        """Send a part of a position at the fillable price; return the notional it counts with."""
        book, ledger, pos = self.rulebook, self.ledger, account.holdings[i].pos
        worth = ledger.value_of(account, i)
        quote = dydx.fillable_quote_dydx(
            worth,
            ledger.equity(account),
            max(1, ledger.maintenance(account)),
            ledger.maintenance_of(account, i),
            book.shortfall_ppb,
            book.spread_ppb,
        )
        self.cancel(account, i)
        loss = max(0, worth - quote)
        limit = self.limit_after(account, i, -loss if pos < 0 and book.limit_below else loss)
        if limit >= 1:
            self.send_above(account, i, liquidation_size.part_qty(pos, abs(worth), most), limit)
        return min(most, abs(worth))

    def offset(self, account: Account, i: int) -> Steps:
        """Close a position against winners; what finds none stays with the account."""
        ledger, pos = self.ledger, account.holdings[i].pos
        account.touched = i
        self.cancel(account, i)
        needed = max(1, ledger.maintenance(account))
        share = ledger.equity(account) * ledger.maintenance_of(account, i) // needed
        milli = self.solvent(account, i, share)
        price = (
            milli if self.rulebook.adl_price == AdlPrice.BANKRUPTCY else self.adl_price(i, milli)
        )
        yield None
        yield from self.deleverage(account, i, price, abs(pos))
