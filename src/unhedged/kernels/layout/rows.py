"""Tables of what a run keeps: each is a buffer that Python empties."""

from unhedged.kernels.layout.columns import RISK_STEPS, columns

TRANSFER = columns(
    t=("i8", "ns"),
    atoms=("i8", "amount, > 0: atoms, or lots of a spot instrument"),
    source=("i4", "account that pays"),
    target=("i4", "account that receives"),
    asset=(
        "i4",
        "settlement asset, 0 for dollars; or the number of those plus the spot instrument",
    ),
    mark_milli=(
        "i8",
        "coin: mark of the venue's first contract then; lots: of the book; 0 for dollars",
    ),
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
    before=("i8", "ADL: atoms of the winner before, at mark; otherwise 0"),
    gain=("i8", "ADL: atoms of the winner's unrealised before; otherwise 0"),
    loser_before=("i8", "ADL: atoms of the counterparty before, at mark; otherwise 0"),
    fund=("i8", "atoms of the fund or vault equity after"),
    winner=("i8", "1 when ADL closed the account as a winner"),
    cause=("i8", "number of the case"),
    parent=(
        "i8",
        "number of the case whose order moved the mark to this one's trigger, -1 for none",
    ),
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
    at_risk=("i8", "lots liquidated by the next 1 % down, and up", (2,)),
    stops=("i8", "lots of stops within the next 1 % down, and up", (2,)),
    makers=("i4", "agents that make the book"),
    quoting=("i4", "of them with orders on both sides"),
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

RISK = columns(
    t=("i8", "ns"),
    instrument=("i4", "row"),
    long=(
        "i8",
        "lots of long positions by the step of the mark that touches their trigger",
        (RISK_STEPS,),
    ),
    short=("i8", "lots of short positions likewise", (RISK_STEPS,)),
)
