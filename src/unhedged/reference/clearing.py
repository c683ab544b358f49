"""Liquidation, takeover and auto-deleveraging in plain Python: a case is a generator, one ``yield`` after each step.

``yield None`` lets the others at this instant go first, ``yield t`` comes back at ``t``, ``yield WAIT`` waits for the
table of winners. Only contracts of one venue, linear, all positions in one settlement asset.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from unhedged.reference.ledger import Account, Ledger
from unhedged.rules import fees, insurance, liquidation
from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    AdlPrice,
    CasePhase,
    EntryReason,
    LiquidationLadder,
    Side,
)

WAIT = -1
CLOSES_PER_STEP = 256
NO_LIMIT_PX = 10**15
Steps = Generator[int | None, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a venue does."""

    ladder: LiquidationLadder
    adl_price: AdlPrice
    score: Callable[[dict[str, int]], float]
    liquidation_fee_ppb: int = 0
    slice_ppb: int = PPB
    slice_above: int = 0
    cooldown: int = 0
    backstop_ppb: int = 0
    fund_capacity_ppb: int = PPB
    takeover_interval: int = 0
    mark_interval: int = 1
    unwind_ppb: int = 0
    adl_on: bool = True
    liquidation_on: bool = True


@dataclass(slots=True)
class Clearing:
    """One venue's clearing. ``take(i, side, limit, qty, account)`` fills against the book: (lots, atoms)."""

    ledger: Ledger
    rulebook: Rulebook
    take: Callable[[int, Side, int, int, Account], tuple[int, int]]
    cancel: Callable[[Account, int | None], None]
    now: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    agenda: list[tuple[int, int, Steps]] = field(default_factory=list)
    sequence: int = 0
    running: Any = None
    inside: Steps | None = None
    waiting: deque[Steps] = field(default_factory=deque)

    # ---- time

    def schedule(self, t: int, steps: Steps) -> None:
        """Let a case take its next step at ``t``."""
        self.sequence += 1
        heapq.heappush(self.agenda, (t, self.sequence, steps))

    def run(self, until: int) -> None:
        """Take every step up to and at ``until``."""
        while self.agenda and self.agenda[0][0] <= until:
            self.now, _, steps = heapq.heappop(self.agenda)
            self.running = steps
            try:
                pause = next(steps)
            except StopIteration:
                continue
            if pause != WAIT:
                self.schedule(self.now if pause is None else pause, steps)
        self.now = until

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

    def bankruptcy(self, account: Account, i: int) -> int:
        """Return the bankruptcy price of a position, milli-ticks."""
        c = self.ledger.contracts[i]
        pos, owned = account.holdings[i].pos, self.ledger.equity(account)
        return max(0, liquidation.bankruptcy_milli(pos, owned, c.mark, c.num, c.den))

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

    # ---- auto-deleveraging

    def adl_price(self, i: int, bankruptcy: int) -> int:
        """Return the price of auto-deleveraging, milli-ticks."""
        c = self.ledger.contracts[i]
        return {
            AdlPrice.BANKRUPTCY: bankruptcy,
            AdlPrice.MARK: c.mark,
            AdlPrice.PREVIOUS_MARK: c.previous,
            AdlPrice.ORACLE: c.index,
        }[self.rulebook.adl_price]

    def tick(self) -> Steps:
        """Begin a tick of vault ADL."""
        vault = self.ledger.house(AccountKind.VAULT)
        if self.rulebook.adl_on and not vault.busy:
            vault.busy = True
            self.schedule(self.now, self.close_vault(vault))
        yield from ()

    def close_vault(self, vault: Account) -> Steps:
        """Close everything the vault holds when it owns less than nothing."""
        yield from self.enter()
        last = -1
        if self.ledger.equity(vault) < 0:
            while True:
                later = [i for i in vault.open() if vault.slot[i] > last]
                if not later:
                    break
                i = later[0]
                last = vault.slot[i]
                price = self.adl_price(i, self.bankruptcy(vault, i))
                yield from self.deleverage(vault, i, price)
                yield None
                yield from self.enter()
        self.leave()
        vault.busy = False

    def enter(self) -> Steps:
        """Wait until no other case uses the table of winners."""
        me = self.running
        if self.inside is not None and self.inside is not me:
            self.waiting.append(me)
            yield WAIT
        self.inside = me

    def leave(self) -> None:
        """Let the next one in."""
        self.inside = self.waiting.popleft() if self.waiting else None
        if self.inside is not None:
            self.schedule(self.now, self.inside)

    def deleverage(self, loser: Account, i: int, price: int) -> Steps:
        """Close one position of the loser against winners, highest score first."""
        yield from self.enter()
        left = abs(loser.holdings[i].pos)
        while left > 0:
            queue = self.front(self.ranked(loser, i), i, left)
            if not queue:
                break
            while True:
                left = min(left, abs(loser.holdings[i].pos))
                batch, queue = queue[:CLOSES_PER_STEP], queue[CLOSES_PER_STEP:]
                for score, winner in batch:
                    if left > 0:
                        left -= self.close_winner(loser, i, price, left, winner, score)
                if left == 0:
                    break
                yield None
                if not queue:
                    break
        self.leave()

    def against(self, loser: Account, i: int, winner: Account) -> int:
        """Return the lots a winner may close against the loser."""
        lost, won = loser.holdings[i].pos, winner.holdings[i].pos
        stranger = winner.owner != loser.owner and winner.kind == AccountKind.TRADER
        if not stranger or winner.status == AccountStatus.IN_LIQUIDATION or lost * won >= 0:
            return 0
        return abs(won)

    def facts(self, winner: Account, i: int) -> dict[str, int]:
        """Return what a score may look at."""
        ledger, holding = self.ledger, winner.holdings[i]
        worth = ledger.value_of(winner, i)
        return {
            "side": 1 if holding.pos > 0 else -1,
            "unrealised": worth - holding.cost,
            "wallet": winner.cash + sum(h.cost for h in winner.holdings.values()),
            "equity": ledger.equity(winner),
            "maintenance": ledger.maintenance(winner),
            "notional": abs(worth),
            "cost": abs(holding.cost),
        }

    def ranked(self, loser: Account, i: int) -> list[tuple[float, Account]]:
        """Return scores and winners in the order they are closed."""
        found = [w for w in self.ledger.accounts if self.against(loser, i, w) > 0]
        scored = [(self.rulebook.score(self.facts(w, i)), w) for w in found]
        return sorted(scored, key=lambda s: (-s[0], -abs(s[1].holdings[i].pos), s[1].row))

    def front(self, queue: list[tuple[float, Account]], i: int, left: int) -> Any:
        """Return the fewest first winners that hold the lots left to close."""
        held = 0
        for n, (_, winner) in enumerate(queue):
            held += abs(winner.holdings[i].pos)
            if held >= left:
                return queue[: n + 1]
        return queue

    def close_winner(
        self, loser: Account, i: int, price: int, most: int, winner: Account, score: float
    ) -> int:
        """Close a winner against the loser and return the lots."""
        qty = min(most, self.against(loser, i, winner), abs(loser.holdings[i].pos))
        if qty == 0:
            return 0
        self.cancel(winner, i)
        before = self.facts(winner, i)
        atoms = self.ledger.worth(i, qty, price)
        bought = loser.holdings[i].pos > 0
        buyer, seller = (winner, loser) if bought else (loser, winner)
        self.ledger.exchange(i, atoms, qty, buyer, seller)
        winner.holdings[i].adl_qty += qty
        self.ledger.contracts[i].adl_qty += qty
        if loser.kind == AccountKind.TRADER:
            loser.holdings[i].forced_qty += qty
        change = qty if bought else -qty
        self.row(winner, i, loser, CasePhase.ADL_CLOSE, change, price, score, before)
        self.row(loser, i, winner, CasePhase.ADL_CLOSE, -change, price)
        return qty

    def unwind(self, account: Account) -> None:
        """Work off a share of everything a fund or vault holds."""
        for i in account.open() if not account.busy else []:
            pos, edge = account.holdings[i].pos, self.edge(i, account.holdings[i].pos)
            qty = liquidation.slice_qty(pos, self.rulebook.unwind_ppb)
            if edge >= 1:
                self.take(i, Side.SELL if pos > 0 else Side.BUY, edge, qty, account)

    # ---- rows

    def row(
        self,
        account: Account,
        i: int,
        other: Account | None,
        phase: CasePhase,
        change: int,
        px: int,
        score: float = 0.0,
        before: dict[str, int] | None = None,
    ) -> None:
        """Write down a forced step, as it left things."""
        sliced = self.rulebook.ladder == LiquidationLadder.HYPERLIQUID
        house = self.ledger.house(AccountKind.VAULT if sliced else AccountKind.FUND)
        before = before or {"notional": 0, "equity": 0, "unrealised": 0, "cost": 0}
        leverage = 1.0 * before["notional"] / before["equity"] if before["equity"] > 0 else 0.0
        profit = 1.0 * before["unrealised"] / before["cost"] if before["cost"] > 0 else 0.0
        self.rows.append(
            {
                "t": self.now,
                "account": account.row,
                "instrument": i,
                "counterparty": -1 if other is None else other.row,
                "phase": int(phase),
                "qty": change,
                "px_milli": px,
                "mark_milli": self.ledger.contracts[i].mark,
                "equity": self.ledger.equity(account),
                "maintenance": self.ledger.maintenance(account),
                "left": abs(account.holdings[i].pos),
                "score": score,
                "leverage": leverage,
                "profit": profit,
                "fund": self.ledger.equity(house),
            }
        )
