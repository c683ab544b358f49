"""The plain clearing of one venue in a world of many: its steps are events of the world's clock, its orders go to the world's books."""

from types import SimpleNamespace
from typing import Any

from unhedged.reference.clearing import Clearing
from unhedged.reference.deleveraging import WAIT, Steps
from unhedged.reference.exchange import Exchange
from unhedged.reference.feed import note_quote
from unhedged.reference.genealogy import parent_of
from unhedged.reference.ledger import Account, contract_number
from unhedged.reference.rulebook import Rulebook
from unhedged.reference.world import VenueLedger, World
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    EventKind,
    FillCause,
    Side,
)

NOBODY: Any = SimpleNamespace(owner=-1, self_trade=True)
"""Whose order stops before nobody's."""


class VenueClearing(Clearing):
    """The plain clearing, its steps events of the world's clock; one table of winners for all venues."""

    def __init__(
        self, world: World, ledger: VenueLedger, rulebook: Rulebook, exchanges: list[Exchange]
    ):
        self.world, self.exchanges = world, exchanges
        self.subjects: dict[Any, int] = {}
        super().__init__(
            ledger,
            rulebook,
            self._take,
            self._cancel,
            self._sure,
            rows=world.forced,
            numbers=world.cases,
            sell_coin=self._sell_coin,
        )

    @property
    def now(self) -> int:
        """Return the present, ns."""
        return self.world.now

    @now.setter
    def now(self, t: int) -> None:
        """Do nothing: the clock says what time it is."""

    def schedule(self, t: int, steps: Steps) -> None:
        """Let a case take its next step at ``t``."""
        self.world.clock.schedule(t, EventKind.CASE, (self, steps))

    def step(self, steps: Steps) -> None:
        """Take the next step of a case."""
        self.running = steps
        try:
            pause = next(steps)
        except StopIteration:
            return
        if pause != WAIT:
            self.schedule(self.now if pause is None else pause, steps)

    def open_case(self, account: Account) -> None:
        """Begin to liquidate an account."""
        if not self.rulebook.liquidation_on:
            return
        account.status = AccountStatus.IN_LIQUIDATION
        account.case = next(self.numbers)
        account.parent = parent_of(self.exchanges, account)
        self.world.liquidations += 1
        steps = self.liquidate(account)
        self.subjects[steps] = account.row
        self.schedule(self.now, steps)

    def vault_tick(self) -> None:
        """Begin a tick of vault ADL."""
        vault = self.ledger.house(AccountKind.VAULT)
        if self.rulebook.adl_on and not vault.busy and self.rulebook.backstop:
            self.begin(vault, self.close_vault(vault))

    def begin(self, house: Account, steps: Steps) -> None:
        """Begin to close what the venue itself holds."""
        self.subjects[steps] = house.row
        super().begin(house, steps)

    def enter(self) -> Steps:
        """Wait until no case of any venue uses the table of winners."""
        gate, me = self.world.gate, (self, self.running)
        if gate.inside is not None and gate.inside != me:
            gate.waiting.append(me)
            yield WAIT
        gate.inside = me

    def close_winner(self, loser: Account, i: int, *rest: Any) -> int:
        """Close a winner; its agent is struck from then on."""
        qty = super().close_winner(loser, i, *rest)
        agent = rest[2].agent
        if qty > 0 and agent >= 0:
            self.world.agents[agent].struck = True
        return qty

    def leave(self) -> None:
        """Let the next one in."""
        gate = self.world.gate
        gate.inside = gate.waiting.popleft() if gate.waiting else None
        if gate.inside is not None:
            clearing, steps = gate.inside
            clearing.schedule(self.now, steps)

    def row(self, account: Account, i: int, *rest: Any, **more: Any) -> None:
        """Write down a forced step; contracts are numbered over all venues."""
        super().row(account, i, *rest, **more)
        self.rows[-1]["instrument"] = self.exchanges[contract_number(i)].number

    def _take(self, i: int, side: Side, limit: int, qty: int, account: Account) -> tuple[int, int]:
        exchange = self.exchanges[contract_number(i)]
        trader = account.kind == AccountKind.TRADER
        cause = FillCause.LIQUIDATION if trader else FillCause.FUND_UNWIND
        before = exchange.turnover
        seat: Any = account.seats[i]  # type: ignore[attr-defined]
        mid = exchange.mid_milli()
        filled = qty - exchange.take(seat, side, limit, qty, cause)
        if trader and filled > 0:
            exchange.pushes.note(account.case, mid, exchange.mid_milli())
        note_quote(exchange)
        return filled, exchange.turnover - before

    def _sell_coin(self, k: int, limit: int, lots: int, account: Account) -> tuple[int, int]:
        seat: Any = account.coin_seats[k]  # type: ignore[attr-defined]
        trader = account.kind == AccountKind.TRADER
        cause = FillCause.LIQUIDATION if trader else FillCause.FUND_UNWIND
        before = seat.exchange.turnover
        filled = lots - seat.exchange.take(seat, Side.SELL, limit, lots, cause)
        note_quote(seat.exchange)
        return filled, seat.exchange.turnover - before

    def _sure(self, i: int, side: Side, limit: int, qty: int) -> int:
        return self.exchanges[contract_number(i)].fillable(NOBODY, side, limit, qty)

    def _cancel(self, account: Account, i: int | None) -> None:
        at = None if i is None else contract_number(i)
        seats = [
            s for s in getattr(account, "seats", {}).values() if at in (None, s.exchange.local)
        ]
        orders = [(order, seat) for seat in seats for order in seat.orders.values()]
        for order, seat in sorted(orders, key=lambda pair: -pair[0].number):
            seat.exchange.cancel_order(order)
        for seat in seats:
            note_quote(seat.exchange)
