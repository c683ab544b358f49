"""The occupied prices of one side of a book inside its dense window, found by counting zeros.

    book ─ level[window]                    level of price px: row first_level + px - base
         └ word[window / 64]                one bit per level with orders
           word[ceil(window / 4096)]        one bit per word above that is not zero
           word[1]                          one bit per word of the middle layer

``s`` is the row of a book side, ``2 * instrument + side``; ``at`` the place of a level in its window, 0 to window - 1.
Three layers of 64-way branching reach 262,144 levels; the next occupied level costs at most five words.
"""

from typing import Any

import numpy as np

from unhedged.kernels.compiled import helper, i8, kernel, u8
from unhedged.kernels.tables import book, word
from unhedged.kernels.wide import leading_zeros, trailing_zeros

NOWHERE = -1
"""No occupied level in that direction."""

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def words_per_side(window: int) -> int:
    """Return the words of `word` one book side needs; ``window`` is a power of two from 64 to 262,144 levels."""
    if window & (window - 1) or not 64 <= window <= 262_144:
        raise ValueError(f"window {window} is not a power of two between 64 and 262,144")
    return window // 64 + -(-window // 4096) + 1


@helper("int64(World, int64)")
def _middle(w: Any, s: int) -> int:
    b = book(w, s)
    return b.first_word + (b.window >> 6)


@helper("int64(World, int64)")
def _top(w: Any, s: int) -> int:
    b = book(w, s)
    return b.first_word + (b.window >> 6) + ((b.window + 4095) >> 12)


@helper("void(World, int64, int64)")
def _set(w: Any, row: int, bit: int) -> None:
    word(w, row).bits |= _ONE << u8(bit & 63)


@helper("boolean(World, int64, int64)")
def _clear(w: Any, row: int, bit: int) -> bool:
    # Returns whether the word is now zero.
    cell = word(w, row)
    cell.bits &= ~(_ONE << u8(bit & 63))
    return cell.bits == _ZERO


@helper("uint64(World, int64, int64)")
def _from(w: Any, row: int, bit: int) -> Any:
    # The bits of a word at or above a place.
    return word(w, row).bits & (_ALL << u8(bit & 63))


@helper("uint64(World, int64, int64)")
def _upto(w: Any, row: int, bit: int) -> Any:
    # The bits of a word at or below a place.
    return word(w, row).bits & (_ALL >> u8(63 - (bit & 63)))


@helper("int64(uint64)")
def _lowest(bits: Any) -> int:
    return i8(trailing_zeros(bits))


@helper("int64(uint64)")
def _highest(bits: Any) -> int:
    return 63 - i8(leading_zeros(bits))


@helper("void(World, int64, int64)")
def occupy(w: Any, s: int, at: int) -> None:
    """Note that the level at ``at`` of side ``s`` has orders."""
    _set(w, book(w, s).first_word + (at >> 6), at)
    _set(w, _middle(w, s) + (at >> 12), at >> 6)
    _set(w, _top(w, s), at >> 12)


@helper("void(World, int64, int64)")
def vacate(w: Any, s: int, at: int) -> None:
    """Note that the level at ``at`` of side ``s`` has none."""
    if _clear(w, book(w, s).first_word + (at >> 6), at) and _clear(
        w, _middle(w, s) + (at >> 12), at >> 6
    ):
        _clear(w, _top(w, s), at >> 12)


@kernel("int64(World, int64, int64)")
def _above_words(w: Any, s: int, group: int) -> int:
    # Lowest occupied level in the words from number `group` on.
    first, middle, top = book(w, s).first_word, _middle(w, s), _top(w, s)
    if group >= book(w, s).window >> 6:
        return NOWHERE
    block = group >> 6
    bits = _from(w, middle + block, group)
    if bits == _ZERO:
        if block >= 63:
            return NOWHERE
        bits = _from(w, top, block + 1)
        if bits == _ZERO:
            return NOWHERE
        block = _lowest(bits)
        bits = word(w, middle + block).bits
    group = (block << 6) + _lowest(bits)
    return (group << 6) + _lowest(word(w, first + group).bits)


@kernel("int64(World, int64, int64)")
def _below_words(w: Any, s: int, group: int) -> int:
    # Highest occupied level in the words up to number `group`.
    first, middle, top = book(w, s).first_word, _middle(w, s), _top(w, s)
    if group < 0:
        return NOWHERE
    block = group >> 6
    bits = _upto(w, middle + block, group)
    if bits == _ZERO:
        if block <= 0:
            return NOWHERE
        bits = _upto(w, top, block - 1)
        if bits == _ZERO:
            return NOWHERE
        block = _highest(bits)
        bits = word(w, middle + block).bits
    group = (block << 6) + _highest(bits)
    return (group << 6) + _highest(word(w, first + group).bits)


@helper("int64(World, int64, int64)")
def occupied_from(w: Any, s: int, at: int) -> int:
    """Return the lowest occupied place >= ``at``, `NOWHERE` when there is none; ``at`` from 0 to the window's size."""
    b = book(w, s)
    if at >= b.window:
        return NOWHERE
    bits = _from(w, b.first_word + (at >> 6), at)
    if bits != _ZERO:
        return (at >> 6 << 6) + _lowest(bits)
    return _above_words(w, s, (at >> 6) + 1)


@helper("int64(World, int64, int64)")
def occupied_upto(w: Any, s: int, at: int) -> int:
    """Return the highest occupied place <= ``at``, `NOWHERE` when there is none; ``at`` from -1."""
    if at < 0:
        return NOWHERE
    bits = _upto(w, book(w, s).first_word + (at >> 6), at)
    if bits != _ZERO:
        return (at >> 6 << 6) + _highest(bits)
    return _below_words(w, s, (at >> 6) - 1)
