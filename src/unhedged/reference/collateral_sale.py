"""What a liquidation does with assets posted as collateral, in plain Python."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from unhedged.reference.collateral import SORTED
from unhedged.reference.deleveraging import Steps
from unhedged.reference.funds import Funds
from unhedged.reference.ledger import Account
from unhedged.rules import liquidation, liquidation_size
from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.vocab.enums import (
    AccountStatus,
    CasePhase,
    CollateralSale,
    EntryReason,
    LiquidationStep,
)

DONE, NEXT, BACK = 0, 1, -1
"""How a step ends: the case with it, on to the next step, or back to the one before."""


@dataclass(slots=True)
class CollateralSales(Funds, ABC):
    """One venue's sales of collateral. ``sell_coin(k, limit, lots, account)`` sells into its book: (lots, atoms)."""

    sell_coin: Callable[[int, int, int, Account], tuple[int, int]] = lambda *_: (0, 0)

    def safe(self, account: Account) -> bool:
        """Return whether an account has its maintenance margin."""
        needed = self.ledger.required(account, self.ledger.maintenance(account))
        return self.ledger.equity(account) >= liquidation.bar(needed, self.rulebook.inclusive)

    @abstractmethod
    def wait(self, account: Account, step: LiquidationStep) -> int:
        """Return when an account that may not order now is looked at again, ns; see `halts`."""

    def missing(self, account: Account) -> int:
        """Return what an account is short of with its money and contracts alone, atoms."""
        ledger = self.ledger
        needed = ledger.required(account, ledger.maintenance(account))
        bar = liquidation.bar(needed, self.rulebook.inclusive)
        return max(0, bar - (ledger.equity(account) - ledger.posted(account)))

    def next_coin(self, account: Account, offered: set[int]) -> int | None:
        """Return the asset to offer next; ties go by the venue's list."""
        ranked = SORTED[self.rulebook.collateral_order]
        left = [k for k, h in account.coins.items() if h.pos > 0 and k not in offered]
        return min(
            left,
            key=lambda k: (ranked(self.ledger.coins[k], account.coins[k].pos), k),
            default=None,
        )

    def offer_coin(self, account: Account, k: int, offered: set[int]) -> None:
        """Sell what covers the missing money; an asset that does not fill is not offered again."""
        if self.rulebook.collateral_sale == CollateralSale.FUND:
            self.fund_buys(account, k)
            offered.add(k)
            return
        coin, held = self.ledger.coins[k], account.coins[k]
        lots = coin.offered(held.pos, self.missing(account))
        edge = mul_div_ceil(coin.price, PPB - self.rulebook.collateral_slip_ppb, PPB)
        filled, atoms = self.sell_coin(k, max(1, -(-edge // MILLI)), lots, account)
        if filled > 0:
            held.forced_qty += filled
            coin.contract.forced_qty += filled
            c = coin.contract
            average = mul_div_floor(atoms, MILLI * c.den, filled * c.num)
            self.coin_row(account, k, None, -filled, average)
        if filled < lots:
            offered.add(k)

    def fund_buys(self, account: Account, k: int) -> None:
        """Let the fund buy what covers the missing money, at a discount."""
        coin, held = self.ledger.coins[k], account.coins[k]
        rate = PPB - self.rulebook.collateral_discount_ppb
        milli = max(1, mul_div_floor(coin.price, rate, PPB))
        lots = min(held.pos, coin.lots_worth(self.missing(account), milli))
        if lots > 0:
            paid = coin.worth(lots, milli)
            self.ledger.exchange_coins(k, paid, lots, self.fund, account)
            held.forced_qty += lots
            self.coin_row(account, k, self.fund, -lots, milli)

    def hand_coins(self, account: Account, receiver: Account) -> None:
        """Deliver all assets to a house, without payment."""
        for k, held in account.coins.items():
            if held.pos > 0:
                self.ledger.deliver(k, held.pos, account, receiver, EntryReason.TAKEOVER)

    def sell_collateral(self, account: Account) -> Steps:
        """Offer one asset after the other until the account is safe."""
        offered: set[int] = set()
        while not self.safe(account):
            if t := self.wait(account, LiquidationStep.SELL_COLLATERAL):
                yield t
                continue
            k = self.next_coin(account, offered)
            if k is None:
                yield None
                return NEXT
            self.offer_coin(account, k, offered)
            yield None
        account.status = AccountStatus.LIVE
        return DONE

    def work_off(self, account: Account) -> Steps:
        """Let a flat account that owes sell its assets; what the book leaves the fund buys."""
        offered: set[int] = set()
        while account.cash < 0 and (k := self.next_coin(account, offered)) is not None:
            self.offer_coin(account, k, offered)
            yield None
        for k in account.coins if account.cash < 0 else ():
            self.fund_buys(account, k)
        if self.rulebook.collateral_rest:
            self.hand_coins(account, self.fund)

    def unwind_coins(self, account: Account) -> None:
        """Sell a share of every asset a fund or vault holds, down to the edge of the band."""
        for k, held in account.coins.items():
            c = self.ledger.coins[k].contract
            edge = mul_div_ceil(c.mark, PPB - c.band_ppb, PPB) if c.band_ppb else 1
            lots = liquidation_size.slice_qty(held.pos, self.rulebook.unwind_ppb)
            if held.pos > 0:
                self.sell_coin(k, max(1, -(-edge // MILLI)), lots, account)

    def coin_row(
        self, account: Account, k: int, other: Account | None, change: int, milli: int
    ) -> None:
        """Write down a sale of an asset."""
        coin = self.ledger.coins[k]
        self.write(
            account, coin.number, coin.contract.mark, account.coins[k].pos, other,
            CasePhase.COLLATERAL, change, milli,
        )  # fmt: skip
