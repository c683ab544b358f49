"""Funds in plain Python: profits by contract, peaks over a window, and what goes to winners instead of the fund."""

from unhedged.reference.deleveraging import Deleveraging, Steps
from unhedged.reference.ledger import Account, contract_number
from unhedged.rules import insurance
from unhedged.rules.integer import mul_div_ceil
from unhedged.vocab.enums import AccountKind, AdlTrigger, DrawdownBase, FundPool

PARTS = 32
"""Parts of a window."""
WATCHED = (AdlTrigger.DRAWDOWN, AdlTrigger.RAPID_DROP)


class Funds(Deleveraging):
    """One venue's fund."""

    @property
    def fund(self) -> Account:
        """Return the fund's account."""
        return self.ledger.house(AccountKind.FUND)

    def book(self, i: int, atoms: int) -> None:
        """Count money the fund receives for a contract."""
        self.ledger.contracts[i].fund_cash += atoms

    def profit(self, i: int) -> int:
        """Return what the fund has won by a contract, atoms."""
        return self.ledger.contracts[i].fund_cash + self.ledger.value_of(
            self.fund, contract_number(i)
        )

    @property
    def part_of_fund(self) -> int:
        """Return each contract's part of the fund at the start, atoms."""
        return self.rulebook.fund_start // len(self.ledger.contracts)

    def balance(self, i: int) -> int:
        """Return the money behind a contract, atoms."""
        if self.rulebook.fund_pool == FundPool.SHARED:
            return self.ledger.equity(self.fund)
        return self.part_of_fund + self.profit(i)

    # ---- peaks

    @property
    def part(self) -> int:
        """Return the part of the window that is now, counted from the start."""
        return self.now * PARTS // max(1, self.rulebook.drawdown_window)

    def sample_funds(self) -> None:
        """Note the fund's equity and what it has won by each contract."""
        if self.rulebook.adl_trigger not in WATCHED:
            return
        self.balances.append((self.part, self.ledger.equity(self.fund)))
        for i, contract in enumerate(self.ledger.contracts):
            contract.profits.append((self.part, self.profit(i)))
            if self.rulebook.adl_trigger == AdlTrigger.DRAWDOWN:
                self.draws_down(i, 0)

    def highest(self, seen: list[tuple[int, int]]) -> int:
        """Return the highest of what was seen in the window."""
        return max(atoms for part, atoms in seen if part > self.part - PARTS)

    def mean(self, start: int, seen: list[tuple[int, int]]) -> int:
        """Return the mean of the first looks into each part of the window; before the run the fund was what it is at the start."""
        first = dict.fromkeys(range(1 - PARTS, 1), start)
        for part, atoms in seen:
            first.setdefault(part, atoms)
        inside = [atoms for part, atoms in first.items() if part > self.part - PARTS]
        return sum(inside) // len(inside)

    def peak(self) -> int:
        """Return the highest equity of the fund in the window, atoms."""
        return self.highest([(0, self.rulebook.fund_start), *self.balances])

    def draws_down(self, i: int, loss: int) -> bool:
        """Return whether a contract draws the fund down, with a loss more."""
        book, contract, peak = self.rulebook, self.ledger.contracts[i], self.peak()
        if peak > 0:
            change = self.profit(i) - loss - self.highest(contract.profits)
            ratio = insurance.drawdown_ratio(change, 0, peak)
            limit = book.drawdown_limit_ppb
            beyond = ratio <= limit if book.adl_at_limit else ratio < limit
            kept = max(0, min(loss, -change - peak * -limit // 10**9))  # winners' part of the loss
            if beyond and self.ledger.equity(self.fund) - loss + kept > book.drawdown_least:
                contract.draws_down = True
            elif ratio > book.drawdown_stop_ppb:
                contract.draws_down = False
        return contract.draws_down

    # ---- what the fund holds

    def watch_funds(self) -> None:
        """Note what the fund owns; begin to close what it holds of contracts that drew it down too far."""
        self.sample_funds()
        watched = self.rulebook.adl_on and self.rulebook.adl_trigger == AdlTrigger.DRAWDOWN
        contracts = range(len(self.ledger.contracts))
        if watched and not self.fund.busy and any(self.beyond(i) > 0 for i in contracts):
            self.begin(self.fund, self.close_fund())

    def beyond(self, i: int) -> int:
        """Return by how much what the fund holds of a contract has carried its drawdown beyond the limit, atoms."""
        contract, peak = self.ledger.contracts[i], self.peak()
        if not contract.draws_down or peak <= 0 or self.fund.holdings[i].pos == 0:
            return 0
        allowed = peak * -self.rulebook.drawdown_limit_ppb // 10**9
        return max(0, self.highest(contract.profits) - self.profit(i) - allowed)

    def close_fund(self) -> Steps:
        """Close all of each such contract at the price at which its loss is at the limit."""
        yield from self.enter()
        last = -1
        while later := [
            i for i in self.fund.open() if self.fund.slot[i] > last and self.beyond(i) > 0
        ]:
            i = later[0]
            last, pos = self.fund.slot[i], self.fund.holdings[i].pos
            price = self.adl_price(i, self.solvent(self.fund, i, -self.beyond(i)))
            yield from self.deleverage(self.fund, i, price, abs(pos))
            yield None
            yield from self.enter()
        self.leave()
        self.fund.busy = False

    # ---- what the fund may take

    def can_hold(self, account: Account, i: int, lots: int) -> bool:
        """Return whether lots of a position stay within the fund's capacity."""
        ledger, fund = self.ledger, self.fund
        after = {j: fund.holdings[j].pos for j in range(len(ledger.contracts))}
        after[contract_number(i)] += lots if account.holdings[i].pos > 0 else -lots
        held = sum(abs(ledger.worth(j, pos)) for j, pos in after.items())
        worth = ledger.equity(fund) + min(0, ledger.equity(account))
        if worth < 0:
            return False
        return insurance.fund_can_hold(held, worth, self.rulebook.fund_capacity_ppb)

    def for_winners(self, account: Account, i: int, lots: int) -> int:
        """Return how many of the lots to be taken over go to winners."""
        book, trigger = self.rulebook, self.rulebook.adl_trigger
        if not book.adl_on or trigger == AdlTrigger.NONE:
            return 0
        if trigger == AdlTrigger.FUND_CANNOT_HOLD:
            return 0 if self.can_hold(account, i, lots) else lots
        loss = max(0, -self.ledger.equity(account))
        if self.balance(i) - loss <= 0:
            return lots
        self.sample_funds()
        if trigger == AdlTrigger.DRAWDOWN:
            return self.beyond_limit(i, lots, loss)
        if trigger != AdlTrigger.RAPID_DROP:
            return 0
        left, drop = self.balance(i) - loss, -book.drawdown_limit_ppb
        reference = self.reference(i)
        return lots if insurance.is_rapid_drop(left, reference, drop, book.drawdown_least) else 0

    def reference(self, i: int) -> int:
        """Return what a rapid drop is measured from: the highest or the mean money behind a contract in the window."""
        shared = self.rulebook.fund_pool == FundPool.SHARED
        profits = self.ledger.contracts[i].profits
        if self.rulebook.drawdown_base == DrawdownBase.AVERAGE:
            if shared:
                return self.mean(self.rulebook.fund_start, self.balances)
            return self.part_of_fund + self.mean(0, profits)
        return self.peak() if shared else self.part_of_fund + self.highest(profits)

    def beyond_limit(self, i: int, lots: int, loss: int) -> int:
        """Return how many of the lots a drawdown sends to winners."""
        contract = self.ledger.contracts[i]
        before = contract.draws_down
        if not self.draws_down(i, loss):
            return 0
        if before or loss == 0:
            return lots
        limit = self.rulebook.drawdown_limit_ppb
        profit, highest = self.profit(i) - loss, self.highest(contract.profits)
        over = insurance.drawdown_adl_amount(profit, highest, self.peak(), limit)
        return min(lots, mul_div_ceil(lots, over, loss))
