"""Tables of the clock: events, the wheel, and what lies beyond it."""

from unhedged.kernels.layout.columns import columns

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

TAKEN = columns(bits=("u8", "64 slots of the wheel: one bit for each that holds an event"))

HEAP = columns(
    t=("i8", "ns, its time"),
    event=("i4", "event row; a binary heap by (t, priority, sequence)"),
)
