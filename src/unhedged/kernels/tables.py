"""Every table of the compiled world, declared once: each column with its unit.

    venue ─< instrument ─< book side ─< level ─< order >─ position >─ account >─ owner
                                                             │
                                                          trigger          (one per position, then stops and take-profits)

One record, the ``World``, holds the address and the row count of each table and the counters of the run. Rows are reached
with the accessors below: ``order(w, i).qty``. Index columns are row numbers, -1 for none. Money is atoms of the account's
settlement asset, prices ticks, ``*_milli`` prices 10^-3 ticks, sizes lots, times nanoseconds, ``*_ppb`` rates 10^-9.
"""

from typing import Any

import numpy as np
from numba import from_dtype

from unhedged.kernels.compiled import accessor, address_of, name_type, record_at
from unhedged.vocab.enums import EntryReason

LINE = 64
"""Bytes of a cache line; tables begin at the start of one."""
LEGS = 8
"""Most instruments one agent acts on."""
STATE = 24
"""Numbers an agent remembers between its turns."""
PARAMETERS = 40
"""Numbers that set the behaviour of a group of agents."""
REASONS = len(EntryReason)
STEPS = 8
"""Most steps of a liquidation."""
PEAKS = 32
"""Parts of the window of a fund's peak; it is known to one part of its length."""

_KINDS = {"i8": "i8", "i4": "i4", "i2": "i2", "i1": "i1", "u8": "u8", "f8": "f8"}
Column = tuple[Any, ...]


def columns(**described: Column) -> np.dtype[Any]:
    """Return an aligned record dtype from ``name=(kind, meaning)`` or ``name=(kind, meaning, shape)``."""
    fields = [
        (name, column[0], column[2]) if len(column) > 2 else (name, column[0])
        for name, column in described.items()
    ]
    dtype = np.dtype(fields, align=True)
    MEANING[dtype] = {name: column[1] for name, column in described.items()}
    return dtype


def one_line(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return ``dtype`` filled up to a whole cache line, for rows read in no order: half of them would lie in two."""
    fields: Any = dtype.fields
    filled = np.dtype(
        {
            "names": list(fields),
            "formats": [field[0] for field in fields.values()],
            "offsets": [field[1] for field in fields.values()],
            "itemsize": LINE,
        },
        align=True,
    )
    MEANING[filled] = MEANING.pop(dtype)
    return filled


MEANING: dict[np.dtype[Any], dict[str, str]] = {}
"""What each column of each table means; the reference page of tables is made from it."""

VENUE = columns(
    gateway_service=("i8", "ns the gateway needs per message, 0 for no limit"),
    gateway_free_at=("i8", "ns, when the gateway has worked off what it holds"),
    gateway_queue_max=("i8", "messages that may wait"),
    gateway_queue=("i8", "messages waiting now"),
    gateway_down_until=("i8", "ns, end of an outage"),
    transfers_down_until=("i8", "ns, end of an outage"),
    feed_down_until=("i8", "ns, end of an outage: market data stands still"),
    transfer_delay=("i8", "ns between asking for a transfer out and its arrival"),
    mark_interval=("i8", "ns between mark updates; risk is evaluated at each"),
    maker_fee_ppb=("i8", "of the fill amount; negative is a rebate"),
    taker_fee_ppb=("i8", "of the fill amount"),
    liquidation_fee_ppb=("i8", "of the amount a liquidation order filled"),
    slice_ppb=("i8", "share of a position closed per step on a sliced ladder"),
    slice_above=("i8", "atoms, notional above which a step is sliced"),
    cooldown=("i8", "ns after a sliced step in which a further step closes all"),
    backstop_ppb=("i8", "share of maintenance below which the vault takes over"),
    fund_capacity_ppb=("i8", "net notional the fund may hold, as a share of its equity"),
    vault_interval=("i8", "ns between ticks of vault ADL"),
    takeover_interval=("i8", "ns between ticks at which the vault takes over"),
    unwind_interval=("i8", "ns between orders that work off the fund's positions, 0 for never"),
    unwind_ppb=("i8", "share of a held position worked off per order"),
    funding_interval=("i8", "ns, 0 for no funding"),
    premium_interval=("i8", "ns between premium samples"),
    next_premium=("i8", "ns, when the next premium sample is due"),
    premium_weighted=("i8", "1: later samples of an interval weigh more"),
    votes_least=("i8", "votes a premium sample needs; missing ones count as zero"),
    index_outlier_ppb=("i8", "distance from the median of the sources of an outlier, 0 for none"),
    index_stale=("i8", "ns without news after which a source is left out, 0 for never"),
    index_least=("i8", "sources needed; with fewer the index stays"),
    index_delay=("i8", "ns, age of what the index sees of its sources"),
    mark_limit_ppb=("i8", "largest distance of mark from index, 0 for no limit"),
    ema=("i8", "ns, time constant of the average of mid minus index"),
    book_ema=("i8", "ns, time constant of the average of the book's median price, 0 for none"),
    adl_score=("i8", "address of float64 f(winner)"),
    fund=("i4", "account"),
    vault=("i4", "account, -1 for none"),
    fees=("i4", "account"),
    rounding=("i4", "account"),
    external=("i4", "account"),
    asset=("i4", "settlement asset"),
    first_instrument=("i4", "row of the venue's first instrument; they are contiguous"),
    instruments=("i4", "number of instruments"),
    mark_form=("i1", "MarkForm"),
    index_combine=("i1", "IndexCombine"),
    outlier_rule=("i1", "OutlierRule"),
    funding_form=("i1", "FundingForm"),
    funding_price=("i1", "FundingPrice"),
    step=("i1", "LiquidationStep, in the venue's order", (STEPS,)),
    steps=("i1", "number of steps"),
    inclusive=("i1", "1: equity equal to maintenance is liquidated"),
    reduction=("i1", "Reduction"),
    partial_above=(
        "i1",
        "1: a part is closed only while equity is above what the lowest tier asks",
    ),
    tiers_at_once=("i4", "tiers dropped per step"),
    partial_from=("i4", "number of the lowest tier that is reduced, from 0"),
    leg_pause=("i8", "ns after orders on all legs"),
    round_interval=("i8", "ns between small orders"),
    round_size=("i8", "atoms, largest small order"),
    least_notional=("i8", "atoms that an order of a block may always have"),
    portion_ppb=("i8", "share of a position that an order of a block may have"),
    block_notional=("i8", "atoms of orders per account and block"),
    fee_cap_ppb=(
        "i8",
        "largest liquidation fee, of what was filled, where it is what bankruptcy leaves",
    ),
    spread_ppb=("i8", "spread to maintenance ratio in the limit of an order"),
    shortfall_ppb=("i8", "how fast that limit worsens with the shortfall"),
    adl_price=("i1", "AdlPrice"),
    adl_trigger=("i1", "AdlTrigger"),
    adl_at_limit=("i1", "1: a drawdown equal to its limit is a trigger"),
    adl_walk=("i4", "holders looked at from a random start, 0 for all"),
    fund_pool=("i1", "FundPool"),
    socialised=("i1", "1: winners pay what the fund cannot"),
    fund_start=("i8", "atoms of the fund at the start"),
    drawdown_limit_ppb=("i8", "change of the pool at which ADL starts, < 0"),
    drawdown_stop_ppb=("i8", "change of the pool above which it ends, < 0"),
    drawdown_window=("i8", "ns over which a peak counts"),
    drawdown_least=("i8", "atoms a pool must have more than for the drawdown to count"),
    peak=("i8", "atoms, highest equity of the fund in each part of the window", (PEAKS,)),
    peak_part=("i8", "part of the window written last, counted from the start"),
    key=("u8", "key of the random stream of its auto-deleveraging"),
    draws=("u8", "draws used"),
    adl_decision=("i1", "AdlDecision"),
    liquidation_on=("i1", "0 switches the liquidation engine off"),
    adl_on=("i1", "0 leaves a remainder with fund or vault"),
    margin_on=("i1", "0 for spot: balances instead of margin"),
)

INSTRUMENT = columns(
    num=("i8", "atoms = floor(px * qty * num / den)"),
    den=("i8", "see num"),
    band_ppb=("i8", "orders farther from mark are refused, 0 for no band"),
    max_qty=("i8", "lots, largest order"),
    mark_milli=("i8", "mark now"),
    mark_previous=("i8", "mark one update ago"),
    index_milli=("i8", "index, or oracle, now"),
    last_px=("i8", "ticks, latest trade"),
    low_px=("i8", "ticks, lowest trade since the latest recorded instant"),
    high_px=("i8", "ticks, highest trade since then"),
    start_milli=("i8", "mark at the start; the origin of trigger buckets"),
    open_interest=("i8", "lots, sum of long positions"),
    volume=("i8", "lots traded since the start"),
    turnover=("i8", "atoms traded since the start"),
    forced_qty=("i8", "lots closed by liquidation orders since the start"),
    adl_qty=("i8", "lots closed by ADL since the start"),
    funding_ppb=("i8", "rate of the running interval, per interval"),
    premium_sum=("i8", "weighted sum of premium samples, ppb"),
    premium_weight=("i8", "sum of the weights"),
    premium_samples=("i8", "samples in the running interval"),
    interest_ppb=("i8", "interest component per eight hours"),
    funding_clamp_ppb=("i8", "bound of interest minus premium; half-width of a dead band"),
    funding_cap_ppb=("i8", "bound of the rate, per interval or per eight hours as its form has it"),
    impact_notional=("i8", "atoms, size of the impact prices"),
    next_funding=("i8", "ns, next settlement"),
    basis_sum=("i8", "sum of the basis samples in the window, milli-ticks"),
    basis_next=("i4", "row of `basis` written next, relative"),
    basis_count=("i4", "samples held"),
    basis_window=("i4", "samples in the mean; 0 for none"),
    first_basis=("i4", "row in `basis`: the window's samples, then the votes of a premium sample"),
    votes=("i4", "votes since the last premium sample"),
    votes_most=("i4", "votes of a premium sample; 0 where samples are taken directly"),
    venue=("i4", "row"),
    asset=("i4", "row of the underlying in `asset`"),
    first_stop=("i4", "stop order waiting for a last price, -1 for none"),
    first_source=("i4", "row in `source`: spot instruments of the index"),
    sources=("i4", "number of sources"),
    first_peer=("i4", "row in `source`: perpetuals elsewhere that the mark looks at"),
    peers=("i4", "number of peers"),
    first_tier=("i4", "row in `tier`"),
    tiers=("i4", "number of tiers"),
    first_holder=("i4", "row in `holder`: positions in this instrument"),
    holders=("i4", "number of holders"),
    first_bucket=("i4", "row in `bucket`: two runs, harm by a fall, then by a rise"),
    significant=("i2", "significant figures a price may have, 0 for any"),
    kind=("i1", "InstrumentKind"),
    tier_form=("i1", "TierForm"),
    draws_down=("i1", "1: a drawdown of the fund by this contract is not over"),
    tick=("f8", "dollars per tick"),
    lot=("f8", "units of the asset per lot"),
    ema_num=("f8", "weighted sum of mid minus index, milli-ticks * ns"),
    ema_den=("f8", "sum of weights, ns"),
    book_ema_num=("f8", "weighted sum of the book's median price, milli-ticks * ns"),
    book_ema_den=("f8", "sum of weights, ns"),
    ema_at=("i8", "ns, when both averages took their last sample"),
    slope_ppb=("i8", "growth of the margin rates per unit of size"),
    slope_lots=("i8", "lots of that unit"),
    close_out_ppb=("i8", "close-out margin, of notional"),
    fund_cash=("i8", "atoms the fund received for this contract less what it paid"),
    peak=("i8", "atoms, highest profit of the fund from it in each part of the window", (PEAKS,)),
)

ASSET = columns(
    value=("f8", "fundamental value now, dollars"),
    start=("f8", "fundamental value at the start, dollars"),
    walk=("f8", "log change since the start that no news explains"),
    volatility=("f8", "of the log value, per square root of a second"),
    key=("u8", "key of the random stream"),
    draws=("u8", "draws used"),
)

SOURCE = columns(
    instrument=("i4", "spot instrument, or perp on another venue"),
    weight=("i4", "weight in a weighted median or mean"),
    px_milli=("i8", "price at the latest update, the reader's milli-ticks; 0 for none"),
    scale_num=("i8", "milli-ticks here = milli-ticks there * scale_num / scale_den"),
    scale_den=("i8", "see scale_num"),
)

TIER = columns(
    floor=("i8", "atoms of notional, or lots, at which the tier begins; equal to it belongs here"),
    mm_ppb=("i8", "maintenance rate"),
    im_ppb=("i8", "initial rate"),
    deduct=("i8", "atoms, keeps the schedule continuous"),
)

ACCOUNT = columns(
    cash=("i8", "atoms, cash-flow balance"),
    held=("i8", "atoms, spot: reserved for working buy orders"),
    reserve=("i8", "atoms outside the venue that top-ups may draw on"),
    topup=("i8", "atoms added per top-up"),
    topup_ppb=("i8", "tops up when equity < this share of maintenance; 0 for never"),
    cooldown_until=("i8", "ns, sliced ladder"),
    owner=("i4", "who it belongs to: self-trade prevention and ADL pairing"),
    venue=("i4", "row"),
    agent=("i4", "agent that acts for it, -1 for a passive account"),
    first_position=("i4", "row; an account's positions are contiguous"),
    positions=("i4", "number of position slots"),
    first_order=("i4", "head of its working orders"),
    case=("i4", "open clearing case, -1 for none"),
    next_dirty=("i4", "next account to re-evaluate, -2 when not listed"),
    kind=("i1", "AccountKind"),
    status=("i1", "AccountStatus"),
    self_trade=("i1", "1 allows trades with itself (anonymous flow)"),
    keep=("i1", "1 keeps every row of its fills and transfers, whoever is on the other side"),
)

TOTAL = columns(atoms=("i8", "net movement by EntryReason since the start", (REASONS,)))

POSITION = one_line(
    columns(
        pos=("i8", "lots, signed"),
        cost=("i8", "atoms, signed entry cost of the open position"),
        open_buy=("i8", "lots in working buy orders"),
        open_sell=("i8", "lots in working sell orders"),
        account=("i4", "row"),
        instrument=("i4", "row"),
        adl_qty=("i8", "lots taken by ADL since the start"),
        forced_qty=("i8", "lots closed by liquidation or takeover since the start"),
    )
)

TRIGGER = columns(
    px_milli=("i8", "mark that touches it"),
    position=("i4", "row"),
    next=("i4", "next in the bucket"),
    previous=("i4", "previous in the bucket, -1 at the head"),
    bucket=("i4", "row in `bucket`, -1 when not placed"),
    order=("i4", "stop order to release, -1 for none"),
    kind=("i1", "TriggerKind"),
    rising=("i1", "1 when touched by a mark >= px, 0 by a mark <= px"),
)

BUCKET = columns(head=("i4", "first trigger"))

ORDER = one_line(
    columns(
        qty=("i8", "lots still open"),
        px=("i4", "ticks; of a stop on the mark the row of its trigger"),
        next=("i4", "younger order at the price; next free row"),
        previous=("i4", "older order at the price, -1 at the head"),
        generation=("i4", "grows when the row is released; handles hold it"),
        position=("i4", "the owner's position slot: gives account and instrument"),
        tag=("i4", "row in `tag`, -1 for none"),
        account_next=("i4", "next working order of the account"),
        account_previous=("i4", "previous one, -1 at the head"),
        side=("i1", "Side"),
        reduce_only=("i1", "1: may only shrink the position"),
        live=("i1", "1 in the book, 2 stop waiting for a mark, 3 for a last price, 0 free"),
        cause=("i1", "FillCause of its fills"),
    )
)

BOOK = columns(
    base=("i8", "ticks, lowest price of the dense window"),
    best=("i8", "ticks, best price; -1 (bids) or a huge price (asks) when empty"),
    first_level=("i8", "row in `level`"),
    first_word=("i8", "row in `word`"),
    window=("i8", "levels in the window, a power of two >= 64"),
    far_head=("i4", "list of levels outside the window"),
    far_count=("i4", "how many"),
    dense_count=("i4", "levels with orders in the window"),
    orders=("i4", "orders resting on this side"),
)

LEVEL = columns(
    qty=("i8", "lots"),
    head=("i4", "oldest order"),
    tail=("i4", "youngest order"),
)

FAR = columns(
    qty=("i8", "lots"),
    px=("i8", "ticks"),
    head=("i4", "oldest order"),
    tail=("i4", "youngest order"),
    book=("i4", "book side"),
    chain=("i4", "next level in the hash chain; next free row"),
    next=("i4", "next far level of the book side"),
    previous=("i4", "previous one"),
)

FAR_HASH = columns(head=("i4", "first level of the chain"))
WORD = columns(bits=("u8", "64 levels, or 64 words of the layer below"))

EVENT = columns(
    t=("i8", "ns"),
    sequence=("i8", "order of insertion"),
    subject=("i8", "what it is about; its meaning depends on the kind"),
    next=("i4", "next in the wheel slot; next free row"),
    kind=("i2", "EventKind"),
    priority=("i2", "Priority"),
)

SOON = columns(
    event=("i4", "ring: events that come soon", (64,)),
    turn=("i4", "ring: agents whose turn comes soon", (64,)),
    message=("i4", "ring: messages that arrive soon", (64,)),
)
SLOT = columns(head=("i4", "first event of a wheel slot"))
HEAP = columns(
    t=("i8", "ns, its time"),
    event=("i4", "event row; a binary heap by (t, priority, sequence)"),
)

MESSAGE = columns(
    qty=("i8", "lots; atoms for a transfer"),
    px=("i8", "ticks; trigger in milli-ticks for a stop"),
    agent=("i4", "sender, -1 for a venue's own"),
    position=("i4", "the sender's position slot; from-account for a transfer"),
    tag=("i4", "sender's own order number, -1 for none; to-account for a transfer"),
    next=("i4", "next free row; next waiting in a gateway"),
    command=("i1", "Command"),
    side=("i1", "Side"),
    force=("i1", "TimeInForce"),
    reduce_only=("i1", "1: may only shrink the position"),
    leg=("i1", "sender's leg, used by agents instead of position"),
    trigger=("i1", "TriggerSource of a stop"),
    cause=("i1", "FillCause"),
)

TAG = columns(order=("i4", "order row"), generation=("i4", "its generation when placed"))

AGENT = columns(
    call=("i8", "address of int64 f(observation, me, out); 0 for plain Python"),
    key=("u8", "key of its random streams"),
    draws=("u8", "draws used"),
    period=("i8", "ns until its next turn; a behaviour may change it"),
    order_latency=("i8", "ns from decision to the venue, least"),
    order_jitter=("i8", "ns, added uniformly"),
    data_latency=("i8", "ns by which it sees books late"),
    parameters=("i8", "address of its group's row in `parameter`"),
    owner=("i4", "who it is"),
    legs=("i4", "instruments it acts on"),
    first_tag=("i4", "row in `tag`"),
    tags=("i4", "orders it can have under a tag"),
    rejects=("i4", "messages refused since the start"),
    last_reject=("i4", "Reject of the latest"),
    fills=("i4", "fills since the start"),
    recorded=("i1", "1: a desk whose legs are recorded"),
    sees_equity=("i1", "1: its observation holds the equity of its accounts"),
    position=("i4", "its position slot per leg", (LEGS,)),
    state=("f8", "what it remembers; each behaviour names its cells", (STATE,)),
)

PARAMETER = columns(of=("f8", "each behaviour names its cells", (PARAMETERS,)))

QUOTE = columns(
    t=("i8", "ns, when the touch became this"),
    bid=("i8", "ticks, -1 when empty"),
    ask=("i8", "ticks, -1 when empty"),
    bid_qty=("i8", "lots at the best bid"),
    ask_qty=("i8", "lots at the best ask"),
    last=("i8", "ticks, latest trade"),
)

FEED = columns(
    first=("i8", "row in `quote`: a ring"),
    size=("i8", "rows of the ring, a power of two"),
    written=("i8", "quotes written since the start"),
)

OBSERVATION = columns(
    t=("i8", "ns, now"),
    legs=("i8", "instruments seen"),
    value=(
        "f8",
        "fundamental value of the first leg's asset, dollars, as the agent learns it",
        (LEGS,),
    ),
    tick=("f8", "dollars per tick", (LEGS,)),
    lot=("f8", "units of the asset per lot", (LEGS,)),
    bid=("i8", "ticks, delayed; -1 when empty", (LEGS,)),
    ask=("i8", "ticks, delayed; -1 when empty", (LEGS,)),
    bid_qty=("i8", "lots at the touch, delayed", (LEGS,)),
    ask_qty=("i8", "lots at the touch, delayed", (LEGS,)),
    last=("i8", "ticks, delayed", (LEGS,)),
    mark_milli=("i8", "mark", (LEGS,)),
    index_milli=("i8", "index", (LEGS,)),
    pos=("i8", "lots, own", (LEGS,)),
    cost=("i8", "atoms, own entry cost", (LEGS,)),
    open_buy=("i8", "lots, own working buys", (LEGS,)),
    open_sell=("i8", "lots, own working sells", (LEGS,)),
    equity=("i8", "atoms, own account behind the leg", (LEGS,)),
    adl_qty=("i8", "lots, own, taken by ADL since the start", (LEGS,)),
    forced_qty=("i8", "lots, own, closed by liquidation since the start", (LEGS,)),
    gateway_wait=("i8", "ns a message sent now would wait in the venue's queue", (LEGS,)),
)

CASE = columns(
    account=("i4", "being liquidated"),
    venue=("i4", "row"),
    phase=("i4", "CasePhase"),
    position=("i4", "position being worked on"),
    winner=("i4", "next row of `winner` to close"),
    winners=("i4", "rows of `winner` filled"),
    next=("i4", "next free row"),
    loser=("i4", "account whose position ADL closes: the account, the fund or the vault"),
    number=("i8", "running number of the case, from 0; rows of the table are used again"),
    started=("i8", "ns"),
    left=("i8", "lots still to close by ADL"),
    keep=("i8", "lots of the position that stay with the account after ADL and takeover"),
    used=("i8", "atoms of orders in this block; rounds of orders on all legs"),
    traded=("i8", "atoms of the latest order"),
    step=("i4", "number of the present step in the venue's order"),
    begin=("i4", "slot at which a block begins, relative"),
    passed=("i4", "slots that had their turn in this block"),
    px_milli=("i8", "price of the ADL"),
    bankruptcy_milli=("i8", "bankruptcy price found when the case reached this position"),
)

WINNER = columns(
    position=("i4", "row"),
    account=("i4", "row"),
    qty=("i8", "lots open on the winning side"),
    close=("i8", "lots to close"),
    unrealised=("i8", "atoms at mark"),
    wallet=("i8", "atoms, cash + cost of the account"),
    equity=("i8", "atoms of the account at mark"),
    maintenance=("i8", "atoms of the account at mark"),
    notional=("i8", "atoms of the position at mark"),
    account_notional=("i8", "atoms of all its positions at mark"),
    cost=("i8", "atoms, absolute entry cost of the position"),
    mark_milli=("i8", "mark"),
    hedge_qty=("i8", "lots of offsetting spot the venue itself can see"),
    long=("i8", "1 when the winner is long"),
    score=("f8", "rank, highest closed first"),
)

TRANSFER = columns(
    t=("i8", "ns"),
    atoms=("i8", "amount, > 0"),
    source=("i4", "account that pays"),
    target=("i4", "account that receives"),
    asset=("i4", "settlement asset"),
    reason=("i4", "EntryReason"),
)

FORCED = columns(
    t=("i8", "ns"),
    account=("i4", "row"),
    instrument=("i4", "row"),
    counterparty=("i4", "account on the other side, -1 for the book"),
    phase=("i4", "CasePhase in which it happened"),
    qty=("i8", "lots, signed change of the account's position"),
    px_milli=("i8", "average price, or price of the close"),
    mark_milli=("i8", "mark then"),
    equity=("i8", "atoms of the account after"),
    maintenance=("i8", "atoms of the account after"),
    left=("i8", "lots left in the position"),
    score=("f8", "ADL: rank score of the winner; otherwise 0"),
    leverage=("f8", "ADL: winner's notional over equity before; otherwise 0"),
    profit=("f8", "ADL: winner's unrealised over absolute entry cost before; otherwise 0"),
    fund=("i8", "atoms of the fund or vault equity after"),
    winner=("i8", "1 when ADL closed the account as a winner"),
    cause=("i8", "number of the case"),
)

FILL = columns(
    t=("i8", "ns"),
    px=("i8", "ticks"),
    qty=("i8", "lots"),
    instrument=("i4", "row"),
    maker=("i4", "position of the resting side"),
    taker=("i4", "position of the incoming side"),
    side=("i2", "Side of the taker"),
    maker_cause=("i1", "FillCause"),
    taker_cause=("i1", "FillCause"),
)

SERIES = columns(
    t=("i8", "ns"),
    instrument=("i4", "row"),
    bid=("i8", "ticks, -1 when empty"),
    ask=("i8", "ticks, -1 when empty"),
    last=("i8", "ticks"),
    low=("i8", "ticks, lowest trade since the instant before; latest trade when there was none"),
    high=("i8", "ticks, highest trade likewise"),
    mark_milli=("i8", "milli-ticks"),
    index_milli=("i8", "milli-ticks"),
    bid_depth=("i8", "lots within 10, 25, 50, 100, 200 bps of the mid", (5,)),
    ask_depth=("i8", "lots within 10, 25, 50, 100, 200 bps of the mid", (5,)),
    open_interest=("i8", "lots"),
    volume=("i8", "lots since the start"),
    forced_qty=("i8", "lots since the start"),
    adl_qty=("i8", "lots since the start"),
    funding_ppb=("i8", "rate that would be settled next, per interval"),
    fund=("i8", "atoms, equity of the venue's fund at mark"),
    vault=("i8", "atoms, equity of the venue's vault at mark"),
    value=("f8", "fundamental value of the asset, dollars"),
)

DESK = columns(
    t=("i8", "ns"),
    agent=("i4", "row"),
    leg=("i4", "leg"),
    instrument=("i4", "row"),
    pos=("i8", "lots"),
    mark_milli=("i8", "milli-ticks"),
    equity=("i8", "atoms of the account behind the leg"),
    adl_qty=("i8", "lots taken by ADL since the start"),
    forced_qty=("i8", "lots closed by liquidation since the start"),
)

NEWS = columns(
    t=("i8", "ns, when it begins"),
    over=("i8", "ns: length of a ramp, time constant of an exponential, 0 for a step"),
    size=("f8", "log change of value in all"),
    asset=("i4", "row"),
    shape=("i4", "NewsShape"),
)

OUTAGE = columns(
    t=("i8", "ns, when it begins"),
    until=("i8", "ns, when it ends"),
    venue=("i4", "row"),
    what=("i4", "OutageKind"),
)

TABLES: dict[str, np.dtype[Any]] = {
    "venue": VENUE, "instrument": INSTRUMENT, "asset": ASSET, "source": SOURCE, "tier": TIER, "account": ACCOUNT,
    "total": TOTAL, "position": POSITION, "holder": np.dtype([("position", "i4")]), "trigger": TRIGGER, "bucket": BUCKET,
    "order": ORDER, "book": BOOK, "level": LEVEL, "far": FAR, "far_hash": FAR_HASH, "word": WORD, "event": EVENT,
    "slot": SLOT, "soon": SOON, "heap": HEAP, "message": MESSAGE, "tag": TAG, "agent": AGENT, "parameter": PARAMETER, "quote": QUOTE,
    "feed": FEED, "observation": OBSERVATION, "out": MESSAGE, "case": CASE, "winner": WINNER, "transfer": TRANSFER,
    "forced": FORCED, "fill": FILL, "series": SERIES, "desk": DESK, "news": NEWS, "outage": OUTAGE, "basis": np.dtype([("milli", "i8")]),
    "touched": np.dtype([("account", "i4")]), "fired": np.dtype([("trigger", "i4")]),
}  # fmt: skip
"""Tables by name; the order is the order of addresses in the World."""

COUNTERS = columns(
    now=("i8", "ns"),
    end=("i8", "ns, end of simulated time"),
    sequence=("i8", "events inserted"),
    events=("i8", "events handled"),
    pending=("i8", "events waiting"),
    wheel_cursor=("i8", "wheel slot being read, absolute"),
    slot_tail=("i8", "last event of the cursor's slot, -1 for none"),
    heap_size=("i8", "events beyond the wheel"),
    soon_slot=("i8", "latest wheel slot looked at ahead of the cursor, absolute"),
    soon_events=("i8", "events put into the ring since the start"),
    soon_seen=("i8", "events of it looked at"),
    soon_turns=("i8", "turns put into the ring since the start"),
    soon_messages=("i8", "messages put into the ring since the start"),
    recent_event=(
        "i8",
        "1 + row of the event put into the cursor's slot last, 0 once it is handled",
    ),
    free_event=("i8", "first free row"),
    free_order=("i8", "first free row"),
    free_message=("i8", "first free row"),
    free_far=("i8", "first free row"),
    free_case=("i8", "first free row"),
    used_events=("i8", "rows in use"),
    used_orders=("i8", "rows in use"),
    used_messages=("i8", "rows in use"),
    used_far=("i8", "rows in use"),
    used_cases=("i8", "rows in use"),
    triggers_used=("i8", "rows in use; stop orders append"),
    free_trigger=("i8", "first free row of stop triggers, -1 for none"),
    transfers_kept=("i8", "rows in the buffer"),
    forced_kept=("i8", "rows in the buffer"),
    fills_kept=("i8", "rows in the buffer"),
    series_kept=("i8", "rows in the buffer"),
    desks_kept=("i8", "rows in the buffer"),
    touched_kept=("i8", "accounts that need a top-up or a liquidation after a mark update"),
    fired_kept=("i8", "stops and other triggers the latest marks touched"),
    first_dirty=("i8", "head of the list of accounts changed by fills, -1 for none"),
    trades=("i8", "since the start"),
    messages=("i8", "arrived since the start"),
    rejects=("i8", "since the start"),
    cases=("i8", "cases of any kind opened since the start; the number of the next"),
    liquidations=("i8", "cases of traders opened since the start"),
    adl_closes=("i8", "winners closed since the start"),
    margin_checks=("i8", "accounts evaluated since the start"),
    keep_fills=("i8", "1 keeps every fill, 0 those of kept accounts"),
    record_interval=("i8", "ns"),
    settlements=("i8", "settlement assets in use"),
    news_rows=("i8", "rows of `news` in use"),
    outage_rows=("i8", "rows of `outage` in use"),
    adl_waiting=("i8", "1 when a case waits for a policy outside the loop"),
    spare=("i8", "rows every pool and buffer must have free before an event is handled"),
    seed=("u8", "of the run"),
    replicate=("u8", "of the run"),
    result=("i8", "where an entry leaves its answer"),
    breach=("i8", "InvariantError code, 0 for none"),
    waiting=("i8", "agent or case that Python must serve"),
    reject=("i8", "Reject of the latest message"),
    state_hash=("u8", "rolling hash of book events"),
    rounding_drift=("i8", "checked build: sum of cash over all accounts, always 0"),
)

_world_fields: list[tuple[str, str]] = []
for _name in TABLES:
    _world_fields += [(_name, "i8"), ("n_" + _name, "i8")]
for _name in COUNTERS.names or ():
    _world_fields.append((_name, COUNTERS[_name].str[1:]))
WORLD = np.dtype(_world_fields, align=True)
"""The record kernels receive: addresses, row counts, counters."""

name_type("World", from_dtype(WORLD))
for _name, _dtype in TABLES.items():
    name_type(_name.title().replace("_", ""), from_dtype(_dtype))

world = record_at(WORLD)
venue = accessor("venue", VENUE)
instrument = accessor("instrument", INSTRUMENT)
asset = accessor("asset", ASSET)
source = accessor("source", SOURCE)
tier = accessor("tier", TIER)
account = accessor("account", ACCOUNT)
total = accessor("total", TOTAL)
position = accessor("position", POSITION)
holder = accessor("holder", TABLES["holder"])
trigger = accessor("trigger", TRIGGER)
bucket = accessor("bucket", BUCKET)
order = accessor("order", ORDER)
book = accessor("book", BOOK)
level = accessor("level", LEVEL)
far = accessor("far", FAR)
far_hash = accessor("far_hash", FAR_HASH)
word = accessor("word", WORD)
event = accessor("event", EVENT)
slot = accessor("slot", SLOT)
soon = accessor("soon", SOON)
heap = accessor("heap", HEAP)
message = accessor("message", MESSAGE)
tag = accessor("tag", TAG)
agent = accessor("agent", AGENT)
parameter = accessor("parameter", PARAMETER)
quote = accessor("quote", QUOTE)
feed = accessor("feed", FEED)
observation = accessor("observation", OBSERVATION)
out = accessor("out", MESSAGE)
case = accessor("case", CASE)
winner = accessor("winner", WINNER)
transfer = accessor("transfer", TRANSFER)
forced = accessor("forced", FORCED)
fill = accessor("fill", FILL)
series = accessor("series", SERIES)
desk = accessor("desk", DESK)
news = accessor("news", NEWS)
outage = accessor("outage", OUTAGE)
basis = accessor("basis", TABLES["basis"])
touched = accessor("touched", TABLES["touched"])
fired = accessor("fired", TABLES["fired"])

as_observation = record_at(OBSERVATION)
as_agent = record_at(AGENT)
as_message = record_at(MESSAGE)
as_winner = record_at(WINNER)
as_parameter = record_at(PARAMETER)
address_of_observation = address_of(OBSERVATION)
address_of_agent = address_of(AGENT)
address_of_message = address_of(MESSAGE)
address_of_winner = address_of(WINNER)
