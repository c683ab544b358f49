"""The agenda of cases and auto-deleveraging in plain Python: a case is a generator, one ``yield`` after each step.

``yield None`` lets the others at this instant go first, ``yield t`` comes back at ``t``, ``yield WAIT`` waits for the
table of winners. Only contracts of one venue, all positions in one settlement asset.
"""

import heapq
from collections import Counter, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from unhedged.reference.ledger import Account, Ledger, contract_number
from unhedged.reference.rng import uniforms_of
from unhedged.reference.rulebook import Rulebook
from unhedged.rules import liquidation
from unhedged.rules.inverse import inverse_bankruptcy_milli
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    AdlDecision,
    AdlPrice,
    CasePhase,
    Side,
)

WAIT = -1
CLOSES_PER_STEP = 256
NO_LIMIT_PX = 10**15
Steps = Generator[int | None, None, Any]
Scored = tuple[float, Account, int]


@dataclass(slots=True)
class Deleveraging:
    """One venue's agenda and its queue of winners. ``take(i, side, limit, qty, account)`` fills against the book: (lots, atoms)."""

    ledger: Ledger
    rulebook: Rulebook
    take: Callable[[int, Side, int, int, Account], tuple[int, int]]
    cancel: Callable[[Account, int | None], None]
    sure: Callable[[int, Side, int, int], int] = lambda *_: 0
    """``sure(i, side, limit, qty)``: the lots an order would certainly fill."""
    now: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    agenda: list[tuple[int, int, Steps]] = field(default_factory=list)
    sequence: int = 0
    running: Any = None
    draws: int = 0
    balances: list[tuple[int, int]] = field(default_factory=list)
    """Equities of the fund, with the part of the window each was seen in."""
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)
    """What was done in each block."""
    inside: Any = None
    waiting: deque[Steps] = field(default_factory=deque)
    numbers: "count[int]" = field(default_factory=count)
    """Cases are numbered in the order in which they open."""

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

    def bankruptcy(self, account: Account, i: int) -> int:
        """Return the bankruptcy price of a position, milli-ticks."""
        return self.solvent(account, i, self.ledger.equity(account))

    def solvent(self, account: Account, i: int, owned: int) -> int:
        """Return the price at which closing a position loses so much against mark, milli-ticks."""
        c, pos = self.ledger.contracts[i], account.holdings[i].pos
        if c.inverse:
            return inverse_bankruptcy_milli(pos, owned, c.mark, c.num, c.den)
        return max(0, liquidation.bankruptcy_milli(pos, owned, c.mark, c.num, c.den))

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
            self.begin(vault, self.close_vault(vault))
        yield from ()

    def begin(self, house: Account, steps: Steps) -> None:
        """Begin to close what the venue itself holds."""
        house.busy = True
        house.case = next(self.numbers)
        self.schedule(self.now, steps)

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
                yield from self.deleverage(vault, i, price, abs(vault.holdings[i].pos))
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

    def deleverage(self, loser: Account, i: int, price: int, left: int) -> Steps:
        """Close ``left`` lots of one position of the loser against winners, highest score first."""
        yield from self.enter()
        while left > 0:
            queue = self.front(self.ranked(loser, i, price, left), left)
            if not queue:
                break
            while True:
                left = min(left, abs(loser.holdings[i].pos))
                batch, queue = queue[:CLOSES_PER_STEP], queue[CLOSES_PER_STEP:]
                for score, winner, k in batch:
                    if left > 0:
                        left -= self.close_winner(loser, i, price, left, winner, k, score)
                if left == 0:
                    break
                yield None
                if not queue:
                    break
        self.leave()

    def against(self, loser: Account, i: int, winner: Account, k: int) -> int:
        """Return the lots of a winner's position ``k`` that may be closed against the loser's ``i``."""
        lost, won = loser.holdings[i].pos, winner.holdings[k].pos
        stranger = winner.owner != loser.owner and winner.kind == AccountKind.TRADER
        stranger = stranger and not winner.exempt
        if not stranger or winner.status == AccountStatus.IN_LIQUIDATION or lost * won >= 0:
            return 0
        return abs(won)

    def facts(self, winner: Account, i: int) -> dict[str, int]:
        """Return what a score may look at."""
        ledger, holding = self.ledger, winner.holdings[i]
        worth = ledger.value_of(winner, i)
        return {
            "side": 1 if holding.pos > 0 else -1,
            "sign": 1 if (holding.pos > 0) != ledger.contracts[i].inverse else -1,
            "unrealised": worth - holding.cost,
            "wallet": winner.cash
            + ledger.posted(winner)
            + sum(h.cost for h in winner.holdings.values()),
            "equity": ledger.equity(winner),
            "maintenance": ledger.maintenance(winner),
            "notional": abs(worth),
            "cost": abs(holding.cost),
            "hedge": self.hedge(winner, i),
        }

    def hedge(self, winner: Account, i: int) -> int:
        """Return the atoms that offset a position in all accounts of its owner, at most its own."""
        ledger, side = self.ledger, winner.holdings[i].pos
        against = sum(
            abs(ledger.value_of(account, k))
            for account in ledger.accounts
            if account.owner == winner.owner
            for k, holding in account.holdings.items()
            if holding.pos * side < 0 and ledger.contracts[k].asset == ledger.contracts[i].asset
        )
        return min(abs(ledger.value_of(winner, i)), against)

    def draw_below(self, count: int) -> int:
        """Return a random number from 0 to ``count`` - 1 from the venue's stream."""
        u = uniforms_of(self.rulebook.key, self.draws)[0]
        self.draws += 1
        return int(u * count)

    def ranked(self, loser: Account, i: int, price: int, left: int) -> "list[Scored]":
        """Return scores and winners' positions in the order they are closed."""
        if self.rulebook.adl_decision == AdlDecision.RANDOM_START:
            return self.met(loser, i, price, left)
        pairs = [(w, k) for w in self.ledger.accounts for k in w.on(i)]
        found = [(w, k) for w, k in pairs if self.against(loser, i, w, k) > 0]
        scored = [(self.rulebook.score(self.facts(w, k)), w, k) for w, k in found]
        return sorted(
            scored, key=lambda s: (-s[0], -abs(s[1].holdings[s[2]].pos), s[1].row, s[1].slot[s[2]])
        )

    def met(self, loser: Account, i: int, price: int, left: int) -> "list[Scored]":
        """Return the winners met on a walk through the contract's holders from a random one on."""
        holders = [(a, k) for a in self.ledger.accounts for k in a.on(i)]
        start = self.draw_below(len(holders))
        walk = (holders[start:] + holders[:start])[: self.rulebook.adl_walk or None]
        found: list[Scored] = []
        for n, (winner, k) in enumerate(walk):
            lots = self.against(loser, i, winner, k)
            if lots > 0 and not self.skipped(winner, k, price, min(left, lots)):
                found.append((float(-n), winner, k))
        return found

    def skipped(self, winner: Account, i: int, price: int, qty: int) -> bool:
        """Return whether a winner is left out because it could not pay for the close."""
        if self.rulebook.adl_decision != AdlDecision.RANDOM_START:
            return False
        signed = qty if winner.holdings[i].pos > 0 else -qty
        loss = self.ledger.worth(i, signed) - self.ledger.worth(i, signed, price)
        return loss > max(0, self.ledger.equity(winner))

    def front(self, queue: "list[Scored]", left: int) -> Any:
        """Return the fewest first winners that hold the lots left to close."""
        held = 0
        for n, (_, winner, k) in enumerate(queue):
            held += abs(winner.holdings[k].pos)
            if held >= left:
                return queue[: n + 1]
        return queue

    def close_winner(
        self, loser: Account, i: int, price: int, most: int, winner: Account, k: int, score: float
    ) -> int:
        """Close a winner's position ``k`` against the loser's ``i`` and return the lots."""
        qty = min(most, self.against(loser, i, winner, k), abs(loser.holdings[i].pos))
        if qty == 0 or self.skipped(winner, k, price, qty):
            return 0
        self.cancel(winner, k)
        before = self.facts(winner, k) | {"loser": self.ledger.equity(loser)}
        atoms = self.ledger.worth(i, qty, price)
        bought = loser.holdings[i].pos > 0
        won, lost = (winner, k), (loser, i)
        self.ledger.exchange(atoms, qty, *((won, lost) if bought else (lost, won)))
        if loser.kind == AccountKind.FUND:
            self.ledger.contracts[i].fund_cash += atoms if bought else -atoms
        winner.holdings[k].adl_qty += qty
        self.ledger.contracts[i].adl_qty += qty
        if loser.kind == AccountKind.TRADER:
            loser.holdings[i].forced_qty += qty
        change = qty if bought else -qty
        self.row(winner, k, loser, CasePhase.ADL_CLOSE, change, price, score, before)
        self.row(loser, i, winner, CasePhase.ADL_CLOSE, -change, price)
        return qty

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
        """Write down a forced step in a contract, as it left things."""
        mark, left = self.ledger.contracts[i].mark, account.holdings[i].pos
        number = contract_number(i)
        self.write(account, number, mark, left, other, phase, change, px, score, before)

    def write(
        self,
        account: Account,
        number: int,
        mark: int,
        left: int,
        other: Account | None,
        phase: CasePhase,
        change: int,
        px: int,
        score: float = 0.0,
        before: dict[str, int] | None = None,
    ) -> None:
        """Write down a forced step in an instrument."""
        kind = AccountKind.VAULT if self.rulebook.backstop else AccountKind.FUND
        house = self.ledger.house(kind)
        loser = account if before is None or other is None else other
        before = before or dict.fromkeys(("notional", "equity", "unrealised", "cost", "loser"), 0)
        leverage = 1.0 * before["notional"] / before["equity"] if before["equity"] > 0 else 0.0
        profit = 1.0 * before["unrealised"] / before["cost"] if before["cost"] > 0 else 0.0
        self.rows.append(
            {
                "t": self.now,
                "account": account.row,
                "instrument": number,
                "counterparty": -1 if other is None else other.row,
                "phase": int(phase),
                "qty": change,
                "px_milli": px,
                "mark_milli": mark,
                "equity": self.ledger.equity(account),
                "maintenance": self.ledger.maintenance(account),
                "left": abs(left),
                "score": score,
                "leverage": leverage,
                "profit": profit,
                "before": before["equity"],
                "gain": before["unrealised"],
                "loser_before": before["loser"],
                "fund": self.ledger.equity(house),
                "cause": loser.case,
                "parent": loser.parent,
            }
        )
