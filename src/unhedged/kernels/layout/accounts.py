"""Tables of who holds what: accounts, positions, and the marks at which something must be done for them."""

from unhedged.kernels.layout.columns import REASONS, columns, one_line

ACCOUNT = columns(
    cash=("i8", "atoms, cash-flow balance"),
    held=("i8", "atoms, spot: reserved for working buy orders"),
    reserve=("i8", "atoms outside the venue that top-ups may draw on"),
    topup=("i8", "atoms added per top-up"),
    topup_ppb=("i8", "tops up when equity < this share of maintenance; 0 for never"),
    cooldown_until=("i8", "ns, sliced ladder"),
    again=("i8", "ns until its holder tries again to get out at market; 0 for never"),
    ranked=("i8", "number of the ranking that looked at it last"),
    owner=("i4", "who it belongs to: self-trade prevention and ADL pairing"),
    venue=("i4", "row"),
    agent=("i4", "agent that acts for it, -1 for a passive account"),
    first_position=("i4", "row; an account's positions are contiguous"),
    positions=("i4", "number of position slots"),
    portfolio=("i1", "1: liquidated by the unified ratio of its venue"),
    balances=("i4", "assets posted as collateral: rows of `position` behind those slots"),
    first_order=("i4", "head of its working orders"),
    case=("i4", "open clearing case, -1 for none"),
    next_dirty=("i4", "next account to re-evaluate, -2 when not listed"),
    kind=("i1", "AccountKind"),
    status=("i1", "AccountStatus"),
    self_trade=("i1", "1 allows trades with itself (anonymous flow)"),
    exempt=("i1", "1: left out where winners are ranked for ADL"),
    keep=("i1", "1 keeps every row of its fills and transfers, whoever is on the other side"),
)

TOTAL = columns(
    atoms=("i8", "net movement by EntryReason since the start", (REASONS,)),
    made=("i8", "atoms its resting orders earned against the mid the incoming order met"),
    crossed=("i8", "atoms its incoming orders gained against that mid, until ADL closed its agent"),
    after=("i8", "the same since then"),
    session=("i8", "atoms of equity that trading had earned when the session began"),
)

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
        leg=(
            "i1",
            "Leg; the two legs of an account on a contract lie next to each other, long first",
        ),
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
