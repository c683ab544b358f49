"""The occupied prices of one side of a book inside its dense window, found by counting zeros.

    book ─ level[window]                    level of price px: row first_level + px - base
         └ word[window / 64]                one bit per level with orders
           word[ceil(window / 4096)]        one bit per word above that is not zero
           word[1]                          one bit per word of the middle layer

``s`` is the row of a book side, ``2 * instrument + side``; ``at`` the place of a level in its window, 0 to window - 1.
Three layers of 64-way branching reach 262,144 levels; the next occupied level costs at most five words.
"""

from typing import Any

from unhedged.kernels.bits import (
    NONE,
    from_place,
    highest,
    lowest,
    upto_place,
    with_place,
    without_place,
)
from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.tables import book, word

NOWHERE = -1
"""No occupied level in that direction."""


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
    word(w, row).bits = with_place(word(w, row).bits, bit)


@helper("boolean(World, int64, int64)")
def _clear(w: Any, row: int, bit: int) -> bool:
    # Returns whether the word is now zero.
    cell = word(w, row)
    cell.bits = without_place(cell.bits, bit)
    return cell.bits == NONE


@helper("uint64(World, int64, int64)")
def _from(w: Any, row: int, bit: int) -> Any:
    # The bits of a word at or above a place.
    return from_place(word(w, row).bits, bit)


@helper("uint64(World, int64, int64)")
def _upto(w: Any, row: int, bit: int) -> Any:
    # The bits of a word at or below a place.
    return upto_place(word(w, row).bits, bit)


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
    if bits == NONE:
        if block >= 63:
            return NOWHERE
        bits = _from(w, top, block + 1)
        if bits == NONE:
            return NOWHERE
        block = lowest(bits)
        bits = word(w, middle + block).bits
    group = (block << 6) + lowest(bits)
    return (group << 6) + lowest(word(w, first + group).bits)


@kernel("int64(World, int64, int64)")
def _below_words(w: Any, s: int, group: int) -> int:
    # Highest occupied level in the words up to number `group`.
    first, middle, top = book(w, s).first_word, _middle(w, s), _top(w, s)
    if group < 0:
        return NOWHERE
    block = group >> 6
    bits = _upto(w, middle + block, group)
    if bits == NONE:
        if block <= 0:
            return NOWHERE
        bits = _upto(w, top, block - 1)
        if bits == NONE:
            return NOWHERE
        block = highest(bits)
        bits = word(w, middle + block).bits
    group = (block << 6) + highest(bits)
    return (group << 6) + highest(word(w, first + group).bits)


@helper("int64(World, int64, int64)")
def occupied_from(w: Any, s: int, at: int) -> int:
    """Return the lowest occupied place >= ``at``, `NOWHERE` when there is none; ``at`` from 0 to the window's size."""
    b = book(w, s)
    if at >= b.window:
        return NOWHERE
    bits = _from(w, b.first_word + (at >> 6), at)
    if bits != NONE:
        return (at >> 6 << 6) + lowest(bits)
    return _above_words(w, s, (at >> 6) + 1)


@helper("int64(World, int64, int64)")
def occupied_upto(w: Any, s: int, at: int) -> int:
    """Return the highest occupied place <= ``at``, `NOWHERE` when there is none; ``at`` from -1."""
    if at < 0:
        return NOWHERE
    bits = _upto(w, book(w, s).first_word + (at >> 6), at)
    if bits != NONE:
        return (at >> 6 << 6) + highest(bits)
    return _below_words(w, s, (at >> 6) - 1)
