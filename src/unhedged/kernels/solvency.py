"""At which mark a position has used up what stands behind it, and an inverse contract where its mark stands still.

Rules that size an order at the present mark take a linear contract's terms. At a standing mark an inverse contract is one: a lot
of ``num / (den * mark)`` atoms at one thousand ticks, see `flat_milli` and `flat_den`.
"""

from typing import Any

from unhedged.kernels.compiled import helper, kernel, rule, times
from unhedged.kernels.tables import instrument, position
from unhedged.rules import inverse, liquidation
from unhedged.vocab.enums import InstrumentKind

_INVERSE = int(InstrumentKind.INVERSE)
_FLAT_MILLI = inverse.FLAT_MILLI
_bankruptcy_milli = rule(liquidation.bankruptcy_milli)
_inverse_bankruptcy_milli = rule(inverse.inverse_bankruptcy_milli)


@kernel("int64(World, int64, int64)")
def solvent_milli(w: Any, p: int, owned: int) -> int:
    """Return the price at which closing position ``p`` instead of at mark loses ``owned`` atoms, milli-ticks.

    The last one that leaves nothing missing: rounded up for a long, down for a short. >= 0; of an inverse contract >= 1.
    """
    o = position(w, p)
    n = instrument(w, o.instrument)
    if n.kind == _INVERSE:
        return _inverse_bankruptcy_milli(o.pos, owned, n.mark_milli, n.num, n.den)
    return max(0, _bankruptcy_milli(o.pos, owned, n.mark_milli, n.num, n.den))


@helper("int64(World, int64)")
def flat_milli(w: Any, i: int) -> int:
    """Return the price that goes with `flat_den`: the mark of instrument ``i``, of an inverse contract a thousand ticks."""
    return _FLAT_MILLI if instrument(w, i).kind == _INVERSE else instrument(w, i).mark_milli


@helper("int64(World, int64)")
def flat_den(w: Any, i: int) -> int:
    """Return the denominator with which ``lots * num * flat_milli / (1000 * den)`` is the size of a value at mark, atoms."""
    n = instrument(w, i)
    return times(n.den, n.mark_milli) if n.kind == _INVERSE else n.den


@helper("boolean(World, int64)")
def pays_to_close(w: Any, p: int) -> bool:
    """Return whether whoever closes position ``p`` pays for it: a linear short, an inverse long."""
    o = position(w, p)
    return (o.pos < 0) != (instrument(w, o.instrument).kind == _INVERSE)
