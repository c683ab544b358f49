"""Accounts, payments and exchanges of lots in plain Python: everything that moves money or positions."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from unhedged.reference.collateral import Coin
from unhedged.reference.portfolio import PortfolioMargin, nets
from unhedged.rules.integer import mul_div_floor
from unhedged.rules.margin import maintenance_margin, slope_rate
from unhedged.rules.pnl import cost_after, inverse_amount, inverse_value, value
from unhedged.vocab.enums import AccountKind, AccountStatus, EntryReason, InstrumentKind, TierForm

SHORT_LEG = 1_000
"""Added to the number of a contract: the short leg of an account in hedge mode; the long leg has the contract's own number."""


def contract_number(i: int) -> int:
    """Return the number of the contract of a position's number."""
    return i % SHORT_LEG


class Contracts(list["Contract"]):
    """Contracts by their number or by that of a leg."""

    def __getitem__(self, i: Any) -> Any:
        """Return a contract; both legs have the same."""
        return list.__getitem__(self, contract_number(i))


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a margin schedule; ``floor`` in atoms belongs to it."""

    floor: int
    mm_ppb: int
    deduct: int


@dataclass(slots=True)
class Contract:
    """A perpetual and its prices, milli-ticks."""

    mark: int
    previous: int
    index: int
    num: int
    den: int
    tiers: list[Tier]
    band_ppb: int = 0
    adl_qty: int = 0
    forced_qty: int = 0
    kind: InstrumentKind = InstrumentKind.LINEAR
    tier_form: TierForm = TierForm.NOTIONAL
    slope_ppb: int = 0
    slope_lots: int = 1
    close_out_ppb: int = 0
    asset: int = 0
    fund_cash: int = 0
    draws_down: bool = False
    halted_until: int = 0
    closed: tuple[int, int] = (0, 0)
    """Interval of liquidations and what they closed in it, atoms."""
    profits: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    """Profits of the fund from it, with the part of the window each was seen in."""

    @property
    def inverse(self) -> bool:
        """Return whether it settles in the coin itself."""
        return self.kind == InstrumentKind.INVERSE


@dataclass(slots=True)
class Holding:
    """Position of one account in one contract."""

    pos: int = 0
    cost: int = 0
    adl_qty: int = 0
    forced_qty: int = 0

    def add(self, lots: int, amount: int) -> None:
        """Change by signed lots for an amount."""
        self.cost = cost_after(self.pos, self.cost, lots, amount)
        self.pos += lots


@dataclass(slots=True)
class Account:
    """Cash and positions; ``row`` numbers accounts, ``slot[i]`` the position in contract ``i``: both break ties."""

    row: int
    owner: int
    kind: AccountKind
    cash: int = 0
    status: AccountStatus = AccountStatus.LIVE
    cooldown_until: int = 0
    busy: bool = False
    exempt: bool = False
    """Left out where winners are ranked."""
    case: int = -1
    """Number of its latest case."""
    resume: int = 0
    """When it may order again after an order that was cut, ns; 0: now."""
    parent: int = -1
    """The case whose order moved the mark to the trigger of its latest case, -1 for none."""
    lost: int = 0
    """What the fund paid for its orders in this block, atoms."""
    touched: int | None = None
    """The contract its clearing worked on last."""
    slot: dict[int, int] = field(default_factory=dict)
    holdings: dict[int, Holding] = field(default_factory=lambda: defaultdict(Holding))
    portfolio: bool = False
    made: int = 0
    """Atoms its resting orders earned against the mid the incoming order met."""
    crossed: int = 0
    """Atoms its incoming orders gained against it, until ADL closed its agent."""
    after: int = 0
    """The same since then."""
    session: int = 0
    """Atoms of equity that trading had earned when the session began."""
    coins: dict[int, Holding] = field(default_factory=dict)
    """What is posted as collateral, by the number of the asset in the venue's list."""
    totals: dict[EntryReason, int] = field(default_factory=lambda: defaultdict(int))

    def on(self, i: int) -> list[int]:
        """Return the numbers of all positions on the contract of ``i``, by slot."""
        return [
            k
            for k in sorted(self.slot, key=self.slot.__getitem__)
            if k % SHORT_LEG == i % SHORT_LEG
        ]

    def open(self) -> list[int]:
        """Return the positions in which lots are held, by slot."""
        held = [i for i, holding in self.holdings.items() if holding.pos != 0]
        return sorted(held, key=lambda i: self.slot[i])


@dataclass(slots=True)
class Ledger:
    """All accounts and contracts of one venue."""

    contracts: list[Contract]
    accounts: list[Account]
    coins: list[Coin] = field(default_factory=list, kw_only=True)
    portfolio: PortfolioMargin = field(default_factory=PortfolioMargin, kw_only=True)

    def __post_init__(self) -> None:
        """Let a leg find its contract."""
        self.contracts = Contracts(self.contracts)

    def worth(self, i: int, lots: int, milli: int | None = None) -> int:
        """Return the signed value of lots at mark or at a price, atoms."""
        contract = self.contracts[i]
        rule = inverse_value if contract.inverse else value
        return rule(lots, contract.mark if milli is None else milli, contract.num, contract.den)

    def value_of(self, account: Account, i: int) -> int:
        """Return the signed value of a position at mark, atoms."""
        return self.worth(i, account.holdings[i].pos)

    def equity(self, account: Account) -> int:
        """Return cash, signed values and what collateral counts for, atoms."""
        values = sum(self.value_of(account, i) for i in account.open())
        return account.cash + values + self.posted(account)

    def required(self, account: Account, needed: int) -> int:
        """Return the equity a maintenance asks of an account, atoms: in portfolio margin a multiple of it."""
        if not account.portfolio:
            return needed
        return self.portfolio.required(needed, holds=bool(account.open()))

    def nets(self, account: Account) -> dict[int, int]:
        """Return signed values by underlying where an account's contracts of one offset each other; else nothing."""
        if not account.portfolio or not self.portfolio.range_ppb:
            return {}
        return nets((self.contracts[i].asset, self.value_of(account, i)) for i in account.open())

    def posted(self, account: Account) -> int:
        """Return what an account's collateral counts for, atoms; that of a house in full."""
        trader = account.kind == AccountKind.TRADER
        return sum(
            self.coins[k].counts(held.pos) if trader else self.coins[k].worth(held.pos)
            for k, held in account.coins.items()
        )

    def gross(self, account: Account) -> int:
        """Return the sum of the sizes of all values, atoms."""
        return sum(abs(self.value_of(account, i)) for i in account.open())

    def tier(self, i: int, lots: int) -> int:
        """Return the number of the highest tier whose floor ``lots`` reach, by size or by value at mark."""
        by_size = self.contracts[i].tier_form == TierForm.SIZE
        measure = abs(lots) if by_size else abs(self.worth(i, lots))
        reached = [n for n, t in enumerate(self.contracts[i].tiers) if t.floor <= measure]
        return max(reached, default=0)

    def slope(self, i: int, lots: int) -> int:
        """Return what size adds to the margin rates of a contract, ppb."""
        c = self.contracts[i]
        if c.tier_form != TierForm.SLOPE:
            return 0
        return slope_rate(0, c.slope_ppb, abs(lots), c.slope_lots)

    def maintenance_at(self, i: int, lots: int) -> int:
        """Return the maintenance margin of a number of lots in a contract at mark, atoms."""
        tier = self.contracts[i].tiers[self.tier(i, lots)]
        rate = tier.mm_ppb + self.slope(i, lots)
        return maintenance_margin(abs(self.worth(i, lots)), rate, tier.deduct)

    def maintenance_of(self, account: Account, i: int) -> int:
        """Return the maintenance margin of a position, atoms."""
        return self.maintenance_at(i, account.holdings[i].pos)

    def maintenance(self, account: Account) -> int:
        """Return the maintenance margin of an account, atoms."""
        if net := self.nets(account):
            return self.portfolio.worst_loss(net.items())
        return sum(self.maintenance_of(account, i) for i in account.open())

    def rated(self, account: Account, rates: dict[int, int]) -> int:
        """Return a margin of other rates, ppb by contract, on everything an account holds, atoms."""
        return sum(
            maintenance_margin(abs(self.value_of(account, i)), rates[i], 0) for i in account.open()
        )

    def pay(self, source: Account, target: Account, atoms: int, reason: EntryReason) -> None:
        """Move atoms; negative ones run the other way."""
        source.cash -= atoms
        target.cash += atoms
        source.totals[reason] -= atoms
        target.totals[reason] += atoms

    def exchange(
        self, amount: int, qty: int, buyer: tuple[Account, int], seller: tuple[Account, int]
    ) -> None:
        """Move lots between positions, each an account and a number, and the amount the other way; nothing to oneself."""
        if buyer[0] is seller[0] and buyer[1] == seller[1]:
            return
        for (account, i), signed in ((buyer, qty), (seller, -qty)):
            account.holdings[i].add(signed, amount)
        buyer[0].cash -= amount
        seller[0].cash += amount

    def exchange_coins(
        self, k: int, amount: int, qty: int, buyer: Account, seller: Account
    ) -> None:
        """Move lots of an asset posted as collateral and the amount the other way."""
        buyer.coins[k].add(qty, amount)
        seller.coins[k].add(-qty, amount)
        buyer.cash -= amount
        seller.cash += amount

    def deliver(
        self, k: int, lots: int, source: Account, target: Account, _reason: EntryReason
    ) -> None:
        """Move lots of an asset posted as collateral, without payment."""
        self.exchange_coins(k, 0, lots, target, source)

    def fill_amount(self, i: int, px: int, qty: int) -> int:
        """Return what the buyer of a fill pays, atoms; negative: receives."""
        contract = self.contracts[i]
        if contract.inverse:
            return -inverse_amount(px, qty, contract.num, contract.den)
        return mul_div_floor(qty * contract.num, px, contract.den)

    def house(self, kind: AccountKind) -> Account:
        """Return the venue's own account of a kind."""
        return next(account for account in self.accounts if account.kind == kind)
