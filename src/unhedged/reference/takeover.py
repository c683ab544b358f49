"""Who gets what the book did not take, in plain Python."""

from unhedged.reference.collateral_sale import BACK, DONE, NEXT, CollateralSales
from unhedged.reference.deleveraging import Steps
from unhedged.reference.ledger import Account, contract_number
from unhedged.rules import liquidation
from unhedged.vocab.enums import AccountKind, AccountStatus, CasePhase, EntryReason

__all__ = ["BACK", "DONE", "NEXT", "Takeover"]
FROM_ELSEWHERE = (
    EntryReason.DEPOSIT,
    EntryReason.TRANSFER,
    EntryReason.TOP_UP,
    EntryReason.FUND_DRAW,
    EntryReason.SOCIALISED,
)


class Takeover(CollateralSales):
    """One venue's takeovers; a step is a generator that returns how it ends."""

    def worst(self, account: Account, tried: set[int]) -> int | None:
        """Return the contract to liquidate first: largest loss, then largest value, then lowest slot.

        Where contracts of one underlying offset each other, those on the side of a net come before all others.
        """
        ledger = self.ledger
        untried = [i for i in account.open() if i not in tried]
        net = ledger.nets(account)
        with_net = [
            i
            for i in untried
            if net and net[ledger.contracts[i].asset] * account.holdings[i].pos > 0
        ]
        untried = with_net or untried
        if not untried:
            return None

        def key(i: int) -> tuple[int, int, int]:
            worth = ledger.value_of(account, i)
            return worth - account.holdings[i].cost, -abs(worth), account.slot[i]

        return min(untried, key=key)

    def hand_over(self, account: Account, i: int, lots: int, receiver: Account, milli: int) -> None:
        """Move lots of a position at a price."""
        long = account.holdings[i].pos > 0
        atoms = self.ledger.worth(i, lots, milli)
        new, old = (receiver, contract_number(i)), (account, i)
        self.ledger.exchange(atoms, lots, *((new, old) if long else (old, new)))
        if receiver.kind == AccountKind.FUND:
            self.book(i, -atoms if long else atoms)
        account.holdings[i].forced_qty += lots
        self.row(account, i, receiver, CasePhase.TAKEOVER, -lots if long else lots, milli)

    def give_away(self, account: Account, i: int, lots: int) -> Steps:
        """Hand lots to the fund at bankruptcy, or find winners for them; return whether winners were looked for."""
        account.touched = i
        milli = self.bankruptcy(account, i)
        chosen = self.for_winners(account, i, lots)
        stays = abs(account.holdings[i].pos) - lots
        if chosen < lots:
            self.hand_over(account, i, lots - chosen, self.fund, milli)
        if chosen == 0:
            return False
        price = self.adl_price(i, milli)
        yield None
        yield from self.deleverage(account, i, price, chosen)
        rest = abs(account.holdings[i].pos) - stays
        if rest > 0:
            self.hand_over(account, i, rest, self.fund, price)
        return True

    def takeover_at_bankruptcy(self, account: Account) -> Steps:
        """Hand everything to the fund or to winners."""
        while (i := self.worst(account, set())) is not None:
            yield from self.give_away(account, i, abs(account.holdings[i].pos))
            yield None
        yield None
        return (yield from self.settle(account))

    def settle(self, account: Account) -> Steps:
        """Let the fund take what is left or fill what is missing."""
        yield from self.work_off(account)
        if account.touched is not None:
            self.book(account.touched, account.cash)
        if account.cash > 0:
            self.ledger.pay(account, self.fund, account.cash, EntryReason.TAKEOVER)
        else:
            self.ledger.pay(self.fund, account, -account.cash, EntryReason.FUND_DRAW)
        account.status = AccountStatus.TAKEN_OVER
        return DONE

    def backstop_takeover(self, account: Account) -> Steps:
        """Hand positions and cash to the vault; a step that arrives at the vault's tick."""
        yield from ()
        if self.safe(account):
            account.status = AccountStatus.LIVE
            return DONE
        owned, needed = self.ledger.equity(account), self.ledger.maintenance(account)
        if not liquidation.is_backstop(owned, needed, self.rulebook.backstop_ppb):
            yield None
            return BACK
        vault = self.ledger.house(AccountKind.VAULT)
        for i in account.open():
            pos = account.holdings[i].pos
            self.hand_over(account, i, abs(pos), vault, self.ledger.contracts[i].mark)
        self.ledger.pay(account, vault, account.cash, EntryReason.TAKEOVER)
        self.hand_coins(account, vault)
        account.status = AccountStatus.TAKEN_OVER
        return DONE

    # ---- a flat account

    def fund_zeroes_account(self, account: Account) -> Steps:
        """Leave a flat account what it owns, or fill it up: the fund first, then winners."""
        ledger, fund = self.ledger, self.fund
        yield from self.work_off(account)
        if account.cash < 0:
            due = min(-account.cash, max(0, ledger.equity(fund)))
            ledger.pay(fund, account, due, EntryReason.FUND_DRAW)
        if account.cash < 0 and self.rulebook.socialised and self.rulebook.session == 0:
            yield None
            yield from self.socialise(account)
        ledger.pay(fund, account, max(0, -account.cash), EntryReason.FUND_DRAW)
        account.status = AccountStatus.LIVE
        return DONE

    def end_session(self) -> None:
        """Begin to share what the fund is short of, or the next session."""
        if self.fund.busy:
            return
        if self.ledger.equity(self.fund) < 0:
            self.begin(self.fund, self.share_session())
        else:
            self.begin_session()

    def begin_session(self) -> None:
        """Let profits of a session count from now on."""
        for account in self.ledger.accounts:
            account.session = self.earned(account)

    def earned(self, account: Account) -> int:
        """Return the equity of an account less what came from elsewhere than trading."""
        return self.ledger.equity(account) - sum(account.totals[r] for r in FROM_ELSEWHERE)

    def share_session(self) -> Steps:
        """Let everybody with a profit pay a share of what the fund is short of."""
        yield from self.socialise(self.fund)
        self.fund.busy = False

    def socialise(self, account: Account) -> Steps:
        """Let everybody with a profit pay a share of what is missing."""
        yield from self.enter()
        gains = [(w, self.gain(w)) for w in self.ledger.accounts if self.may_pay(account, w)]
        gains = [(winner, gain) for winner, gain in gains if gain > 0]
        if self.rulebook.session > 0:
            self.begin_session()
        total = sum(gain for _, gain in gains)
        shared = min(self.short_of(account), total)
        paid = 0
        for n, (winner, gain) in enumerate(gains):
            if n and n % 256 == 0:
                yield None
            due = -(-gain * shared // total)
            self.ledger.pay(winner, account, due, EntryReason.SOCIALISED)
            paid += due
        self.leave()
        rounding = self.ledger.house(AccountKind.ROUNDING)
        self.ledger.pay(account, rounding, paid - shared, EntryReason.SOCIALISED)

    def short_of(self, account: Account) -> int:
        """Return what a flat trader is short of by its cash, a fund by all it holds."""
        owned = self.ledger.equity(account) if account is self.fund else account.cash
        return max(0, -owned)

    def may_pay(self, loser: Account, winner: Account) -> bool:
        """Return whether an account shares in a loss."""
        live = winner.status != AccountStatus.IN_LIQUIDATION and winner.kind == AccountKind.TRADER
        return live and winner.owner != loser.owner

    def gain(self, account: Account) -> int:
        """Return the profit by which an account shares a loss: of the session, or unrealised."""
        if self.rulebook.session > 0:
            return self.earned(account) - account.session
        return sum(
            self.ledger.value_of(account, i) - account.holdings[i].cost for i in account.open()
        )
