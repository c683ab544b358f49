"""How much a small move of the mark would set off: liquidation prices and stops that lie near it."""

from typing import Any

from unhedged.kernels.buckets import BUCKETS, bucket_from
from unhedged.kernels.compiled import helper, i8, kernel
from unhedged.kernels.layout.columns import RISK_STEPS
from unhedged.kernels.tables import bucket, instrument, order, position, risk_map, trigger
from unhedged.vocab.enums import TriggerKind

NEAR = 100
"""A hundredth of the mark is near."""

_LIQUIDATION = int(TriggerKind.LIQUIDATION)
_TAKE_PROFIT = int(TriggerKind.TAKE_PROFIT)
_TAKE_PROFIT_LIMIT = int(TriggerKind.TAKE_PROFIT_LIMIT)
_STOP_ORDER = int(TriggerKind.STOP_ORDER)


@helper("int64(World, int64, int64)")
def _lots_of(w: Any, row: int, stops: int) -> int:
    # Lots that trigger `row` would send to the book, of the kind asked for.
    t = trigger(w, row)
    if t.kind in (_TAKE_PROFIT, _TAKE_PROFIT_LIMIT):
        return i8(0)
    if (t.kind == _LIQUIDATION) != (stops == 0):
        return i8(0)
    if t.kind == _STOP_ORDER:
        return i8(order(w, t.order).qty)
    return i8(abs(position(w, t.position).pos))


@kernel("int64(World, int64, int64, int64)")
def lots_within(w: Any, i: int, rising: int, stops: int) -> int:
    """Return the lots of instrument ``i`` that a move of one hundredth of the mark would close by force, or by stops.

    Parameters
    ----------
    rising : int
        0: a fall, which closes longs; 1: a rise.
    stops : int
        0: liquidations; 1: stops of holders, panic included; take-profits are none.

    Notes
    -----
    Liquidations count whole positions whose trigger lies that near. A trigger is the price until which an account is
    certainly safe: exact for an account of one position, early for one of several, and where margin jumps at floors: there a
    short's is no farther than the floor above. The edge belongs to the inside.
    """
    n = instrument(w, i)
    mark = n.mark_milli
    edge = mark + mark // NEAR if rising != 0 else mark - mark // NEAR
    first = min(bucket_from(n.start_milli, mark), bucket_from(n.start_milli, edge))
    last = max(bucket_from(n.start_milli, mark), bucket_from(n.start_milli, edge))
    run = n.first_bucket + rising * BUCKETS
    lots = i8(0)
    for b in range(run + first, run + last + 1):
        row = i8(bucket(w, b).head)
        while row >= 0:
            t = trigger(w, row)
            if t.px_milli <= edge if rising != 0 else t.px_milli >= edge:
                lots += _lots_of(w, row, stops)
            row = i8(t.next)
    return lots


@kernel("void(World)")
def record_risk(w: Any) -> None:
    """Write one row of `risk` for each instrument: all positions with a liquidation trigger, by the mark that touches it.

    The last step holds everything above.
    """
    first = w.risk_kept
    for i in range(w.n_instrument):
        row = risk_map(w, first + i)
        row.t = w.now
        row.instrument = i
        for n in range(RISK_STEPS):
            row.long[n] = 0
            row.short[n] = 0
    w.risk_kept += w.n_instrument
    for p in range(w.n_position):
        t = trigger(w, p)
        lots = i8(position(w, p).pos)
        if t.bucket < 0 or lots == 0:
            continue
        i = i8(position(w, p).instrument)
        step = min(RISK_STEPS - 1, max(0, t.px_milli * NEAR // instrument(w, i).start_milli))
        if lots > 0:
            risk_map(w, first + i).long[step] += lots
        else:
            risk_map(w, first + i).short[step] -= lots
