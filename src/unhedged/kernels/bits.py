"""Sets of up to 64 places as the bits of a word: put in, take out, and find the next.

``place`` is any number >= 0: its last six bits say which of the 64 is meant, the others, ``place >> 6``, which word of many.
"""

from typing import Any

import numpy as np

from unhedged.kernels.compiled import helper, i8, u8
from unhedged.kernels.wide import leading_zeros, trailing_zeros

NONE = np.uint64(0)
"""A word without any place."""

_ONE = np.uint64(1)
_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


@helper("uint64(uint64, int64)")
def with_place(bits: Any, place: int) -> Any:
    """Return ``bits`` with ``place`` in it."""
    return bits | (_ONE << u8(place & 63))


@helper("uint64(uint64, int64)")
def without_place(bits: Any, place: int) -> Any:
    """Return ``bits`` without ``place``."""
    return bits & ~(_ONE << u8(place & 63))


@helper("uint64(uint64, int64)")
def from_place(bits: Any, place: int) -> Any:
    """Return what of ``bits`` is at or above ``place``."""
    return bits & (_ALL << u8(place & 63))


@helper("uint64(uint64, int64)")
def upto_place(bits: Any, place: int) -> Any:
    """Return what of ``bits`` is at or below ``place``."""
    return bits & (_ALL >> u8(63 - (place & 63)))


@helper("int64(uint64)")
def lowest(bits: Any) -> int:
    """Return the lowest place of ``bits``, 0 to 63; 64 for `NONE`."""
    return i8(trailing_zeros(bits))


@helper("int64(uint64)")
def highest(bits: Any) -> int:
    """Return the highest place of ``bits``, 0 to 63; -1 for `NONE`."""
    return 63 - i8(leading_zeros(bits))
