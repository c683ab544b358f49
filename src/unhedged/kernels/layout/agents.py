"""Tables of agents: who acts, what it sees, what it sends."""

from unhedged.kernels.layout.columns import LEGS, PARAMETERS, STATE, columns

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
    struck=("i1", "1: ADL has closed one of its positions"),
    quotes=("i1", "1: it makes the book of its first leg"),
    sees_equity=("i1", "1: its observation holds the equity of its accounts"),
    position=("i4", "its position slot per leg", (LEGS,)),
    state=("f8", "what it remembers; each behaviour names its cells", (STATE,)),
)

PARAMETER = columns(of=("f8", "each behaviour names its cells", (PARAMETERS,)))

OBSERVATION = columns(
    t=("i8", "ns, now"),
    legs=("i8", "instruments seen"),
    value=(
        "f8",
        "fundamental value of the first leg's asset, dollars, as the agent learns it",
        (LEGS,),
    ),
    tick=("f8", "dollars per tick", (LEGS,)),
    lot=("f8", "units of the asset per lot; of an inverse contract at mark", (LEGS,)),
    bid=("i8", "ticks, delayed; -1 when empty", (LEGS,)),
    ask=("i8", "ticks, delayed; -1 when empty", (LEGS,)),
    bid_qty=("i8", "lots at the touch, delayed", (LEGS,)),
    ask_qty=("i8", "lots at the touch, delayed", (LEGS,)),
    last=("i8", "ticks, delayed", (LEGS,)),
    mark_milli=("i8", "mark", (LEGS,)),
    index_milli=("i8", "index", (LEGS,)),
    pos=("i8", "lots, own", (LEGS,)),
    cost=("i8", "10^-6 dollar, own entry cost; of an inverse contract its dollars", (LEGS,)),
    open_buy=("i8", "lots, own working buys", (LEGS,)),
    open_sell=("i8", "lots, own working sells", (LEGS,)),
    equity=(
        "i8",
        "10^-6 dollar, own account behind the leg; coin counts at the mark of the start",
        (LEGS,),
    ),
    adl_qty=("i8", "lots, own, taken by ADL since the start", (LEGS,)),
    forced_qty=("i8", "lots, own, closed by liquidation since the start", (LEGS,)),
    funding=(
        "f8",
        "rate settled last, a year, positive: longs pay; 0 before the first",
        (LEGS,),
    ),
    gateway_wait=("i8", "ns a message sent now would wait in the venue's queue", (LEGS,)),
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
