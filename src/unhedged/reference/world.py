"""What a plain world is made of: venues, instruments, accounts, agents and messages as objects that know each other.

    World ─< Venue ─< Exchange (one book) ─< Seat (an account's place in it) ─ Holder (the account)
      └─ clock, feeds, agents, rows kept

A test fills it with the same state as the compiled tables; `loop` then runs it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from unhedged.reference.clock import Clock
from unhedged.reference.ledger import Account, Ledger
from unhedged.vocab.enums import AccountKind, EntryReason, MarkForm, NewsShape, OutageKind

if TYPE_CHECKING:
    from unhedged.reference.cases import VenueClearing
    from unhedged.reference.exchange import Exchange
    from unhedged.reference.seats import Seat

KEPT_REASONS = {
    EntryReason.LIQUIDATION_FEE,
    EntryReason.TAKEOVER,
    EntryReason.FUND_DRAW,
    EntryReason.ADL,
    EntryReason.TRANSFER,
    EntryReason.TOP_UP,
    EntryReason.SOCIALISED,
}
HOUSES = {AccountKind.FUND, AccountKind.VAULT}
Behaviour = Callable[[Any, Any, Any], int]


@dataclass(slots=True, eq=False)
class Holder(Account):
    """An account: what clearing knows of it, and what a book, a gateway and its holder need."""

    venue: int = 0
    agent: int = -1
    held: int = 0
    reserve: int = 0
    topup: int = 0
    topup_ppb: int = 0
    again: int = 0
    self_trade: bool = False
    keep: bool = False
    seats: dict[int, "Seat"] = field(default_factory=dict)
    """By contract, numbered within the venue."""
    coin_seats: dict[int, "Seat"] = field(default_factory=dict)
    """By asset posted as collateral, in its book."""


@dataclass(slots=True)
class VenueLedger(Ledger):
    """The accounts of one venue; payments leave rows in the world."""

    world: Any = None
    asset: int = 0

    def pay(self, source: Account, target: Account, atoms: int, reason: EntryReason) -> None:
        """Move atoms; negative ones run the other way; nothing to oneself."""
        if atoms == 0 or source is target:
            return
        if atoms < 0:
            source, target, atoms = target, source, -atoms
        Ledger.pay(self, source, target, atoms, reason)
        kept = any(a.kind in HOUSES or (isinstance(a, Holder) and a.keep) for a in (source, target))
        if kept or reason in KEPT_REASONS:
            milli = self.contracts[0].mark if self.asset else 0
            row = (self.world.now, atoms, source.row, target.row, self.asset, milli, int(reason))
            self.world.transfers.append(row)

    def deliver(
        self, k: int, lots: int, source: Account, target: Account, reason: EntryReason
    ) -> None:
        """Move lots of an asset; the row names its book, after the settlement assets."""
        Ledger.deliver(self, k, lots, source, target, reason)
        coin = self.coins[k]
        asset = 1 + max(venue.ledger.asset for venue in self.world.venues) + coin.number
        row = (self.world.now, lots, source.row, target.row, asset, coin.contract.mark, int(reason))
        self.world.transfers.append(row)


@dataclass(slots=True, kw_only=True)
class Venue:
    """Rules and running state of one venue, by the names of its table."""

    number: int
    gateway_service: int = 0
    gateway_free_at: int = 0
    gateway_queue_max: int = 0
    gateway_queue: int = 0
    gateway_down_until: int = 0
    transfers_down_until: int = 0
    feed_down_until: int = 0
    transfer_delay: int = 0
    mark_interval: int = 0
    maker_fee_ppb: int = 0
    taker_fee_ppb: int = 0
    vault_interval: int = 0
    session: int = 0
    unwind_interval: int = 0
    funding_interval: int = 0
    premium_interval: int = 0
    next_premium: int = 0
    premium_weighted: int = 0
    votes_least: int = 0
    index_combine: int = 0
    index_outlier_ppb: int = 0
    outlier_rule: int = 0
    index_stale: int = 0
    index_least: int = 0
    index_delay: int = 0
    halt_window: int = 0
    halt_pause: int = 0
    mark_limit_ppb: int = 0
    funding_form: int = 0
    funding_price: int = 0
    ema: int = 0
    book_ema: int = 0
    mark_form: MarkForm = MarkForm.MID
    liquidation_on: bool = False
    margin_on: bool = False
    ledger: VenueLedger
    clearing: "VenueClearing"
    exchanges: list["Exchange"] = field(default_factory=list)

    def house(self, kind: AccountKind) -> Any:
        """Return the venue's own account of a kind."""
        return self.ledger.house(kind)


@dataclass(slots=True, kw_only=True)
class Asset:
    """A coin's fundamental value, dollars, and what moves it."""

    value: float
    start: float
    walk: float
    volatility: float
    key: int
    draws: int
    layers: int
    strength: float
    fastest: float
    factor: float
    high: set[int] = field(default_factory=set)
    """Layers whose multiplier is 1 + strength."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A change of value."""

    t: int
    over: int
    size: float
    asset: int
    shape: NewsShape


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which something stands still."""

    t: int
    until: int
    venue: int
    what: OutageKind


@dataclass(slots=True, eq=False)
class Message:
    """What an agent writes, and what travels; the fields of the message table."""

    qty: int = 0
    px: int = 0
    agent: int = -1
    position: int = -1
    tag: int = -1
    next: int = -1
    command: int = 0
    side: int = 0
    force: int = 0
    reduce_only: int = 0
    leg: int = 0
    trigger: int = 0
    cause: int = 0
    seat: Any = None
    """Where it goes; for a transfer the account that pays."""
    target: Any = None
    """The account a transfer goes to."""


@dataclass(slots=True, eq=False, kw_only=True)
class Agent:
    """Who decides; the fields of the agent table."""

    number: int
    behave: Behaviour
    key: int
    draws: int
    period: int
    order_latency: int
    order_jitter: int
    data_latency: int
    parameters: Any
    first_tag: int
    tags: int
    recorded: bool
    sees_equity: bool
    quotes: bool
    struck: bool = field(default=False, init=False)
    """Whether ADL has closed one of its positions."""
    seats: list["Seat"]
    state: list[float]
    rejects: int = 0
    last_reject: int = 0
    fills: int = 0

    @property
    def legs(self) -> int:
        """Return how many instruments it acts on."""
        return len(self.seats)


@dataclass(slots=True)
class Gate:
    """The table of winners: one case inside, others in a queue; shared by all venues."""

    inside: Any = None
    waiting: deque[Any] = field(default_factory=deque)


@dataclass(slots=True, repr=False)
class World:
    """Everything, and the rows kept of it."""

    end: int
    record_interval: int
    clock: Clock = field(default_factory=Clock)
    venues: list[Venue] = field(default_factory=list)
    exchanges: list["Exchange"] = field(default_factory=list)
    accounts: list[Holder] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    gate: Gate = field(default_factory=Gate)
    numbers: "count[int]" = field(default_factory=count)
    """Orders are numbered over all books."""
    cases: "count[int]" = field(default_factory=count)
    """And cases over all venues."""
    triggers_used: int = 0
    free_triggers: list[int] = field(default_factory=list)
    fired: list[Any] = field(default_factory=list)
    out: list[Message] = field(default_factory=lambda: [Message() for _ in range(256)])
    events: int = 0
    messages: int = 0
    trades: int = 0
    rejects: int = 0
    reject: int = 0
    liquidations: int = 0
    transfers: list[tuple[int, ...]] = field(default_factory=list)
    forced: list[dict[str, Any]] = field(default_factory=list)
    fills: list[tuple[int, ...]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)

    @property
    def now(self) -> int:
        """Return the present, ns."""
        return self.clock.now

    def refused(self, agent: int, code: int) -> None:
        """Count a refusal and tell the sender, -1 for none."""
        self.rejects += 1
        if agent >= 0:
            self.agents[agent].rejects += 1
            self.agents[agent].last_reject = code
