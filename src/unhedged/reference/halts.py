"""Books that stand still and liquidations that wait, in plain Python."""

from unhedged.reference.ledger import Account, Contract
from unhedged.reference.takeover import Takeover
from unhedged.rules import halts, liquidation
from unhedged.vocab.enums import CollateralSale, LiquidationStep, Reduction

TIERS = (LiquidationStep.DROP_TIERS, LiquidationStep.REDUCE_TO_LOWEST_TIER)


class Waiting(Takeover):
    """When one venue's liquidations may order."""

    def crossed(self, account: Account, step: LiquidationStep) -> bool:
        """Return whether an account has crossed the line of the takeover that follows ``step``."""
        steps = self.rulebook.steps
        following = [*steps, None][steps.index(step) + 1]
        owned = self.ledger.equity(account)
        if following == LiquidationStep.BACKSTOP_TAKEOVER:
            needed = self.ledger.maintenance(account)
            return liquidation.is_backstop(owned, needed, self.rulebook.backstop_ppb)
        if following == LiquidationStep.TAKEOVER_AT_CLOSE_OUT:
            rates = {i: self.ledger.contracts[i].close_out_ppb for i in account.open()}
            return owned < self.ledger.rated(account, rates)
        return False

    def closed(self, contract: Contract) -> int:
        """Return what liquidations closed of a contract in this interval, atoms."""
        interval, atoms = contract.closed
        return atoms if interval == self.now // max(1, self.rulebook.throttle_interval) else 0

    def allowed(self, account: Account, i: int, qty: int) -> int:
        """Return the lots of an order of ``qty`` that may go now."""
        contract, most = self.ledger.contracts[i], self.rulebook.throttle
        if contract.halted_until > self.now:
            return 0
        if most == 0:
            return qty
        worth = abs(self.ledger.value_of(account, i))
        pos = account.holdings[i].pos
        return halts.throttled_qty(pos, worth, qty, most, self.closed(contract))

    def count(self, account: Account, i: int, lots: int, *, cut: bool) -> None:
        """Count lots a liquidation closed; an order that was cut and filled uses the interval up."""
        contract = self.ledger.contracts[i]
        used = self.closed(contract) + abs(self.ledger.worth(i, lots))
        interval = self.now // max(1, self.rulebook.throttle_interval)
        contract.closed = (interval, max(used, self.rulebook.throttle) if cut else used)
        if cut:
            account.resume = self.next_look(self.free_at(contract))

    def next_look(self, free: int) -> int:
        """Return when an account that waits for ``free`` is looked at again: then, or at the next mark, ns."""
        every = max(1, self.rulebook.mark_interval)
        return min(free, (self.now // every + 1) * every)

    def pause(self, account: Account, tried: set[int] | None = None) -> int | None:
        """Return when an account goes on after an order: in this instant, or when it may order again, and anew."""
        t, account.resume = account.resume or None, 0
        if t and tried is not None:
            tried.clear()
        return t

    def free_at(self, contract: Contract) -> int:
        """Return when liquidations may order in a contract, ns."""
        t = max(self.now, contract.halted_until)
        if self.rulebook.throttle and self.closed(contract) >= self.rulebook.throttle:
            every = max(1, self.rulebook.throttle_interval)
            t = max(t, (self.now // every + 1) * every)
        return t

    def wait(self, account: Account, step: LiquidationStep) -> int:
        """Return when an account that may not order now is looked at again, ns; 0 where it need not wait."""
        book, ledger = self.rulebook, self.ledger
        sells = step == LiquidationStep.SELL_COLLATERAL
        if sells:
            posted = [ledger.coins[k].contract for k, h in account.coins.items() if h.pos > 0]
            times = [contract.halted_until for contract in posted]
        else:
            times = [self.free_at(ledger.contracts[i]) for i in account.open()]
        free = max([self.now, *times])
        no_book = (
            (sells and book.collateral_sale != CollateralSale.BOOK)
            or (step in TIERS and book.reduction == Reduction.TAKEOVER)
            or (
                step == LiquidationStep.IOC_AT_FILLABLE_PRICE
                and book.adl_on
                and ledger.equity(account) < 0
            )
        )
        if free <= self.now or no_book or self.safe(account) or self.crossed(account, step):
            return 0
        return self.next_look(free)
