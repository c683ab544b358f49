"""What a venue does with an account below maintenance, in plain Python: its steps, one after the other.

See `deleveraging` for how a case pauses and `takeover` for how a step ends.
"""

from unhedged.reference.deleveraging import Steps
from unhedged.reference.ledger import Account
from unhedged.reference.rounds import Rounds
from unhedged.reference.takeover import DONE
from unhedged.rules import liquidation_size
from unhedged.vocab.enums import AccountKind, AccountStatus, LiquidationStep, Side


class Clearing(Rounds):
    """One venue's clearing."""

    def evaluate(self) -> None:
        """Open a case for every trader below maintenance, by row."""
        self.watch_funds()
        if not self.rulebook.liquidation_on:
            return
        for account in self.ledger.accounts:
            watched = account.kind == AccountKind.TRADER
            if (
                watched
                and account.status != AccountStatus.IN_LIQUIDATION
                and not self.safe(account)
            ):
                account.status = AccountStatus.IN_LIQUIDATION
                account.case = next(self.numbers)
                self.schedule(self.now, self.liquidate(account))

    def liquidate(self, account: Account) -> Steps:
        """Take the venue's steps until one ends the case."""
        account.touched = None
        n = 0
        while True:
            ending = yield from self.take_step(self.rulebook.steps[n], account)
            if ending == DONE:
                return
            n += ending

    def take_step(self, step: LiquidationStep, account: Account) -> Steps:
        """Take one step; it returns how it ends."""
        take = {
            LiquidationStep.CANCEL_ORDERS: self.cancel_orders,
            LiquidationStep.NET_HEDGED_LEGS: self.net_hedged_legs,
            LiquidationStep.IOC_AT_BANKRUPTCY: self.ioc_at_bankruptcy,
            LiquidationStep.ORDERS_ON_ALL_LEGS: self.orders_on_all_legs,
            LiquidationStep.DROP_TIERS: self.drop_tiers,
            LiquidationStep.REDUCE_TO_LOWEST_TIER: self.reduce_to_lowest_tier,
            LiquidationStep.SLICE_WITH_COOLDOWN: self.slice_with_cooldown,
            LiquidationStep.INCREMENTAL_ROUNDS: self.incremental_rounds,
            LiquidationStep.IOC_AT_FILLABLE_PRICE: self.ioc_at_fillable_price,
            LiquidationStep.IOC_AT_ZERO_PRICE: self.ioc_at_zero_price,
            LiquidationStep.SELL_COLLATERAL: self.sell_collateral,
            LiquidationStep.BACKSTOP_TAKEOVER: self.backstop_takeover,
            LiquidationStep.TAKEOVER_AT_BANKRUPTCY: self.takeover_at_bankruptcy,
            LiquidationStep.TAKEOVER_AT_CLOSE_OUT: self.takeover_at_bankruptcy,
            LiquidationStep.FUND_ZEROES_ACCOUNT: self.fund_zeroes_account,
        }
        return take[step](account)

    def unwind(self, account: Account) -> None:
        """Work off a share of everything a fund or vault holds."""
        if account.busy:
            return
        for i in account.open():
            pos, edge = account.holdings[i].pos, self.edge(i, account.holdings[i].pos)
            qty = liquidation_size.slice_qty(pos, self.rulebook.unwind_ppb)
            before = account.cash
            if edge >= 1:
                self.take(i, Side.SELL if pos > 0 else Side.BUY, edge, qty, account)
            if account.kind == AccountKind.FUND:
                self.book(i, account.cash - before)
        self.unwind_coins(account)
