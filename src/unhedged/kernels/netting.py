"""The step of a liquidation that closes hedged legs against each other, before anything is sent to the book.

Both legs of a contract lose the smaller of them at mark, one contract per step. The account pays itself, so no equity and no cash
changes, open interest falls by what was netted, and the maintenance of both is freed; margin is checked before each contract.
"""

from typing import Any

from unhedged.kernels.casework import amount_at, go_on, keep_forced, next_step
from unhedged.kernels.compiled import kernel, plus, rule
from unhedged.kernels.fills import exchange
from unhedged.kernels.ladders import is_safe, release
from unhedged.kernels.legs import hedged_leg, other_leg
from unhedged.kernels.tables import case, instrument, position
from unhedged.rules import hedge
from unhedged.vocab.enums import CasePhase

_NET = int(CasePhase.NET)
_REDUCE = int(CasePhase.REDUCE)
_netting_qty = rule(hedge.netting_qty)


@kernel("void(World, int64, int64, int64)")
def net(w: Any, c: int, bought: int, sold: int) -> None:
    """Close long leg ``bought`` and short leg ``sold`` of one contract against each other at mark and keep both rows."""
    i = int(position(w, bought).instrument)
    milli = instrument(w, i).mark_milli
    qty = _netting_qty(position(w, bought).pos, -position(w, sold).pos)
    exchange(w, i, amount_at(w, i, qty, milli), qty, sold, bought)
    position(w, bought).forced_qty = plus(position(w, bought).forced_qty, qty)
    position(w, sold).forced_qty = plus(position(w, sold).forced_qty, qty)
    case(w, c).phase = _NET
    a = int(case(w, c).account)
    keep_forced(w, c, bought, a, -qty, milli)
    keep_forced(w, c, sold, a, qty, milli)


@kernel("void(World, int64)")
def net_hedged_legs(w: Any, c: int) -> None:
    """Net the legs of the next hedged contract, or go on with the next step when no legs stand against each other."""
    a = int(case(w, c).account)
    if is_safe(w, a):
        release(w, c)
        return
    p = hedged_leg(w, a)
    if p < 0:
        next_step(w, c)
        return
    net(w, c, p, other_leg(w, p))
    go_on(w, c, _REDUCE)
