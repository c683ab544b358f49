"""Tables of clearing: liquidations under way, and the winners of an auto-deleveraging."""

from unhedged.kernels.layout.columns import columns

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
    resume=("i8", "ns before which it takes no further step: its order was cut"),
    parent=(
        "i8",
        "number of the case whose order moved the mark to this one's trigger, -1 for none",
    ),
    left=("i8", "lots still to close by ADL"),
    keep=(
        "i8",
        "lots of the position that stay with the account after ADL and takeover; SOCIALISE: atoms winners paid",
    ),
    used=("i8", "atoms of orders in this block; rounds of orders on all legs"),
    traded=("i8", "atoms of the latest order"),
    lost=("i8", "atoms the fund paid for its orders in this block"),
    step=("i4", "number of the present step in the venue's order"),
    begin=("i4", "slot at which a block begins, relative"),
    passed=("i4", "slots that had their turn in this block"),
    sold=("i4", "one bit per asset posted as collateral that was offered already"),
    px_milli=("i8", "price of the ADL"),
    bankruptcy_milli=("i8", "bankruptcy price found when the case reached this position"),
)

STANDING = columns(
    score=("f8", "of a winner when it was ranked"),
    qty=("i8", "lots it held then"),
    account=("i4", "row"),
    position=("i4", "row"),
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
    px_milli=("i8", "price of the ADL"),
    hedge=(
        "i8",
        "atoms at mark of what offsets the position and the venue can see, at most `notional`",
    ),
    long=("i8", "1 when the winner is long"),
    score=("f8", "rank, highest closed first"),
)
