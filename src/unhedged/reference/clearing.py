"""Liquidation and takeover in plain Python, on each venue's ladder; see `deleveraging` for how a case pauses."""

from unhedged.reference.deleveraging import NO_LIMIT_PX, Deleveraging, Steps
from unhedged.reference.ledger import Account
from unhedged.rules import fees, insurance, liquidation
from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    CasePhase,
    EntryReason,
    LiquidationLadder,
    Side,
)


class Clearing(Deleveraging):
    """One venue's clearing."""

    # ---- a trader

    def evaluate(self) -> None:
        """Open a case for every trader below maintenance, by row."""
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
                sliced = self.rulebook.ladder == LiquidationLadder.HYPERLIQUID
                self.schedule(self.now, (self.sliced if sliced else self.whole)(account))

    def safe(self, account: Account) -> bool:
        """Return whether an account has its maintenance margin."""
        return self.ledger.equity(account) >= self.ledger.maintenance(account)

    def worst(self, account: Account, tried: set[int]) -> int | None:
        """Return the contract to liquidate first: largest loss, then largest value, then lowest slot."""
        ledger = self.ledger
        untried = [i for i in account.open() if i not in tried]
        if not untried:
            return None

        def key(i: int) -> tuple[int, int, int]:
            worth = ledger.value_of(account, i)
            return worth - account.holdings[i].cost, -abs(worth), account.slot[i]

        return min(untried, key=key)

    def whole(self, account: Account) -> Steps:
        """Liquidate on Binance's ladder."""
        self.cancel(account, None)
        yield None
        tried: set[int] = set()
        while True:
            if self.safe(account):
                account.status = AccountStatus.LIVE
                return
            i = self.worst(account, tried)
            if i is None:
                break
            tried.add(i)
            pos = account.holdings[i].pos
            limit = liquidation.bankruptcy_px(pos, self.bankruptcy(account, i))
            limit = max(1, limit) if pos > 0 else limit
            if limit >= 1:
                qty = self.smallest(account, i)
                self.send(account, i, qty, min(limit, NO_LIMIT_PX))
            yield None
        yield None
        while (i := self.worst(account, set())) is not None:
            milli = self.bankruptcy(account, i)
            if not self.rulebook.adl_on or self.can_carry(account, i):
                self.hand_over(account, i, self.ledger.house(AccountKind.FUND), milli)
                yield None
                continue
            price = self.adl_price(i, milli)
            yield None
            yield from self.deleverage(account, i, price)
            if account.holdings[i].pos != 0:
                self.hand_over(account, i, self.ledger.house(AccountKind.FUND), price)
            yield None
        yield None
        fund = self.ledger.house(AccountKind.FUND)
        if account.cash > 0:
            self.ledger.pay(account, fund, account.cash, EntryReason.TAKEOVER)
        else:
            self.ledger.pay(fund, account, -account.cash, EntryReason.FUND_DRAW)
        account.status = AccountStatus.TAKEN_OVER

    def smallest(self, account: Account, i: int) -> int:
        """Return the smallest close that restores the margin in a lower tier, or everything."""
        ledger, c = self.ledger, self.ledger.contracts[i]
        pos, notional = account.holdings[i].pos, abs(ledger.value_of(account, i))
        others = ledger.maintenance(account) - ledger.maintenance_at(i, notional)
        free = ledger.equity(account) - others
        fee = self.rulebook.liquidation_fee_ppb
        for n in range(ledger.tier(i, notional), 0, -1):
            low = c.tiers[n - 1]
            to_tier = liquidation.reduce_to_tier_qty(pos, c.mark, c.tiers[n].floor, c.num, c.den)
            to_margin = liquidation.restoring_qty(
                pos, free, c.mark, low.mm_ppb, low.deduct, fee, c.num, c.den
            )
            qty = max(to_tier, to_margin)
            left = free - fees.fee(ledger.worth(i, qty), fee)
            if qty < abs(pos) and left >= ledger.maintenance_at(i, ledger.worth(i, abs(pos) - qty)):
                return qty
        return abs(pos)

    def send(self, account: Account, i: int, qty: int, limit: int) -> int:
        """Send an order of the venue into the book and charge the liquidation fee."""
        pos = account.holdings[i].pos
        filled, atoms = self.take(i, Side.SELL if pos > 0 else Side.BUY, limit, qty, account)
        if filled == 0:
            return 0
        c = self.ledger.contracts[i]
        account.holdings[i].forced_qty += filled
        c.forced_qty += filled
        due = fees.fee(atoms, self.rulebook.liquidation_fee_ppb)
        due = min(due, max(0, self.ledger.equity(account)))
        fund = self.ledger.house(AccountKind.FUND)
        self.ledger.pay(account, fund, due, EntryReason.LIQUIDATION_FEE)
        average = mul_div_floor(atoms, MILLI * c.den, filled * c.num)
        self.row(account, i, None, CasePhase.REDUCE, -filled if pos > 0 else filled, average)
        return filled

    def sliced(self, account: Account) -> Steps:
        """Liquidate on Hyperliquid's ladder."""
        book = self.rulebook
        self.cancel(account, None)
        yield None
        while True:
            tried: set[int] = set()
            partial = False
            while True:
                owned, needed = self.ledger.equity(account), self.ledger.maintenance(account)
                backstop = liquidation.is_backstop(owned, needed, book.backstop_ppb)
                i = self.worst(account, tried)
                if owned >= needed or backstop or i is None:
                    break
                tried.add(i)
                pos, notional = account.holdings[i].pos, abs(self.ledger.value_of(account, i))
                qty = liquidation.slice_or_all_qty(
                    pos,
                    notional,
                    book.slice_above,
                    book.slice_ppb,
                    self.now < account.cooldown_until,
                )
                filled = self.send(account, i, qty, self.edge(i, pos))
                partial = partial or (filled > 0 and qty < abs(pos))
                yield None
            if partial:
                account.cooldown_until = self.now + book.cooldown
            if owned >= needed:
                account.status = AccountStatus.LIVE
                return
            if not backstop:
                yield self.now + book.mark_interval
                continue
            every = book.takeover_interval
            yield (self.now // every + 1) * every if every else None
            if self.safe(account):
                account.status = AccountStatus.LIVE
                return
            owned, needed = self.ledger.equity(account), self.ledger.maintenance(account)
            if liquidation.is_backstop(owned, needed, book.backstop_ppb):
                break
            yield None
        vault = self.ledger.house(AccountKind.VAULT)
        for i in account.open():
            self.hand_over(account, i, vault, self.ledger.contracts[i].mark)
        self.ledger.pay(account, vault, account.cash, EntryReason.TAKEOVER)
        account.status = AccountStatus.TAKEN_OVER

    def edge(self, i: int, pos: int) -> int:
        """Return the edge of the price band for an order that shrinks ``pos``, ticks."""
        c = self.ledger.contracts[i]
        if c.band_ppb == 0:
            return 1 if pos > 0 else NO_LIMIT_PX
        if pos > 0:
            return max(1, mul_div_ceil(mul_div_ceil(c.mark, PPB - c.band_ppb, PPB), 1, MILLI))
        return mul_div_floor(c.mark, PPB + c.band_ppb, PPB) // MILLI

    # ---- takeover

    def can_carry(self, account: Account, i: int) -> bool:
        """Return whether the fund may take a position over."""
        ledger, fund = self.ledger, self.ledger.house(AccountKind.FUND)
        after = {j: fund.holdings[j].pos for j in range(len(ledger.contracts))}
        after[i] += account.holdings[i].pos
        held = sum(abs(ledger.worth(j, pos)) for j, pos in after.items())
        worth = ledger.equity(fund) + min(0, ledger.equity(account))
        if worth < 0:
            return False
        return insurance.fund_can_hold(held, worth, self.rulebook.fund_capacity_ppb)

    def hand_over(self, account: Account, i: int, receiver: Account, milli: int) -> None:
        """Move a whole position at a price."""
        pos = account.holdings[i].pos
        atoms = self.ledger.worth(i, abs(pos), milli)
        buyer, seller = (receiver, account) if pos > 0 else (account, receiver)
        self.ledger.exchange(i, atoms, abs(pos), buyer, seller)
        account.holdings[i].forced_qty += abs(pos)
        self.row(account, i, receiver, CasePhase.TAKEOVER, -pos, milli)

    def unwind(self, account: Account) -> None:
        """Work off a share of everything a fund or vault holds."""
        for i in account.open() if not account.busy else []:
            pos, edge = account.holdings[i].pos, self.edge(i, account.holdings[i].pos)
            qty = liquidation.slice_qty(pos, self.rulebook.unwind_ppb)
            if edge >= 1:
                self.take(i, Side.SELL if pos > 0 else Side.BUY, edge, qty, account)
