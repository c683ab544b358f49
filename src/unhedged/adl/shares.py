"""Whole lots or atoms in proportion to claims: the one place where policies round.

    weights, limits, total ─▶ limits reached ─▶ the rest in proportion ─▶ floors ─▶ largest remainders ─▶ exactly ``total``

Everybody gets ``min(limit, level * weight)`` with the one level at which the sum is the total (water-filling), in whole numbers
by largest remainder. All decisions are exact on integers: a quotient is estimated in float64 and put right by its remainder,
which fits 64 bits although the product does not.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from unhedged.kernels.compiled import entry, f8, helper, i8, name_type, rule
from unhedged.rules import integer

Integers = NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.float64]

WEIGHT_BITS = 60
"""The sum of all weights stays below 2 to this; larger ones lose their last bits together."""
_SURE = 1 << 50  # below it the estimate of a quotient is off by one at most
_DIGIT_BITS = 30

name_type("Given", types.Array(types.int64, 1, "C", readonly=True))
name_type("Divided", types.UniTuple(types.int64, 2))
_divided = rule(integer.mul_div_floor)


def share_out(total: int, weights: Numbers, limits: Integers, ties: Sequence[Integers]) -> Integers:
    """Return ``total`` shared in proportion to ``weights``, nobody above its limit, in whole numbers that sum exactly.

    Parameters
    ----------
    total : int
        What is shared, >= 0, below 2^62: lots or atoms.
    weights : array of int64 or float64
        Claims, >= 0, finite, any unit. Whole weights count exactly as long as they sum to less than 2^60; beyond that, and for
        floats, they are cut to a common power of two at least 2^40 times smaller than the largest (for up to 2^19 of them).
    limits : array of int64
        Most that each may get, >= 0, in the unit of ``total``; they sum to less than 2^62.
    ties : sequence of arrays of int64
        Keys that order equal remainders, smallest first, the first key first; the last one differs for everybody.

    Returns
    -------
    array of int64
        They sum to the smaller of ``total`` and the sum of the limits. When all with a weight are at their limits, the others
        share what is left in proportion to their limits.

    Notes
    -----
    Source: the rounding is Hamilton's (largest remainder); water-filling as in Chitra, arXiv 2512.01112 v3.
    """
    limits = np.ascontiguousarray(limits)
    shares = np.zeros(len(limits), np.int64)
    due = min(int(total), int(limits.sum()))
    if due > 0:
        due -= _share(shares, due, whole_weights(weights), limits, ties)
    if due > 0:
        rest = limits - shares
        more = np.zeros(len(limits), np.int64)
        _share(more, due, whole_weights(rest), rest, ties)
        shares += more
    return shares


def _share(
    shares: Integers, due: int, weights: Integers, limits: Integers, ties: Sequence[Integers]
) -> int:
    # Share `due` among those with a weight, and return how much of it they took.
    rows, rests = np.empty(len(limits), np.int64), np.empty(len(limits), np.int64)
    count = fill(shares, due, weights, limits, rows, rests)
    taken = int(shares.sum())
    if count == 0 or taken == due:
        return taken
    rows = rows[:count]
    shares[rows] += first_rows(-rests[:count], due - taken, ties, rows)
    return due


@helper("Divided(int64, int64, int64)")
def divided(factor: int, number: int, divisor: int) -> Any:
    """Return ``factor * number`` over ``divisor``: the quotient rounded down, and the remainder.

    ``factor`` from 0 below 2^62, ``divisor`` above 0 below 2^60, ``number`` from 0 to ``divisor``.
    """
    if factor < _SURE:
        # Four roundings of float64 on a quotient below 2^50: off by one at most. The products run over and come back.
        found = i8(f8(number) * (f8(factor) / f8(divisor)))
        rest = number * factor - found * divisor
        if rest < 0:
            return found - 1, rest + divisor
        if rest >= divisor:
            return found + 1, rest - divisor
        return found, rest
    found = _divided(factor, number, divisor)
    return found, number * factor - found * divisor


@entry("void(Given, Given, Given, Integers)")
def _divide_rows(factors: Any, numbers: Any, divisors: Any, quotients: Any) -> None:
    for n in range(len(quotients)):
        a, b, c = factors[n], numbers[n], divisors[n]
        estimate = np.floor(f8(a) * f8(b) / f8(c))
        if abs(estimate) < _SURE and c < _SURE:
            found = i8(estimate)
            rest = a * b - found * c  # as in `divided`
            quotients[n] = found - 1 if rest < 0 else found + 1 if rest >= c else found
        else:
            quotients[n] = _divided(a, b, c)


def parts_of(factors: Integers, numbers: Integers, divisors: Integers) -> Integers:
    """Return ``floor(factor * number / divisor)`` row by row, exactly; divisors > 0, quotients inside int64."""
    found = np.empty(len(factors), np.int64)
    columns = (np.ascontiguousarray(column, np.int64) for column in (factors, numbers, divisors))
    _divide_rows(*columns, found)
    return found


@entry("int64(Integers, int64, Given, Given, Integers, Integers)")
def fill(shares: Any, due: int, weights: Any, limits: Any, rows: Any, rests: Any) -> int:
    """Write limits and rounded-down shares of ``due``; return how many are below their limits.

    Parameters
    ----------
    shares : array of int64
        Written: what each gets, rounded down.
    due : int
        What is shared, at most the sum of the limits.
    weights, limits : array of int64
        As in `share_out`; the weights sum to less than 2^60.
    rows, rests : array of int64
        Written: the rows below their limits, and the remainders of their shares, all over one divisor.

    Notes
    -----
    Who would get at least its limit at the present level gets that, and the level rises for the others; passes end when
    nobody is left who does. Each pass cuts the product of the weight left and the amount freed to a quarter, so there are at
    most 62 of them, few in practice; O(n) each.
    """
    count, total = 0, 0
    for n in range(len(weights)):
        if weights[n] > 0 and limits[n] > 0:
            rows[count] = n
            count += 1
            total += weights[n]
    before = -1
    while count != before:
        before = count
        count = 0
        for k in range(before):
            n = rows[k]
            found, rest = divided(due, weights[n], total)
            if found >= limits[n]:
                shares[n] = limits[n]
                due -= limits[n]
                total -= weights[n]
            else:
                shares[n] = found
                rows[count] = n
                rests[count] = rest
                count += 1
    return count


def first_rows(
    key: Integers, count: int, ties: Sequence[Integers], rows: Integers
) -> NDArray[np.bool_]:
    """Return which ``count`` of ``rows`` come first by ``key``, smallest first; O(n), nothing is sorted.

    Equals are ordered by the first of ``ties``, smallest first, then by the second, and so on; ``key`` has a number for each of
    ``rows``, a tie one for each row there is.
    """
    if not 0 < count < len(key):
        return np.full(len(key), count > 0)
    edge = np.partition(key, count - 1)[count - 1]
    chosen: NDArray[np.bool_] = key < edge
    equal = np.flatnonzero(key == edge)
    more = count - int(np.count_nonzero(chosen))
    if more < len(equal) and ties:
        at_edge = rows[equal]
        equal = equal[first_rows(ties[0][at_edge], more, ties[1:], at_edge)]
    chosen[equal[:more]] = True
    return chosen


def whole_weights(weights: Numbers) -> Integers:
    """Return weights as whole numbers that sum to less than 2^60, the same whatever the order of the rows."""
    if weights.dtype.kind == "f":
        top = int(np.frexp(weights.max(initial=0.0))[1])
        weights = np.ldexp(weights, WEIGHT_BITS - top)
    whole = np.ascontiguousarray(weights, np.int64)
    low = whole & ((1 << _DIGIT_BITS) - 1)
    total = (int((whole >> _DIGIT_BITS).sum()) << _DIGIT_BITS) + int(low.sum())
    surplus = total.bit_length() - WEIGHT_BITS
    return whole >> surplus if surplus > 0 else whole
