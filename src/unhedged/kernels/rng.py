"""Random numbers by counting: Philox4x32-10 of a key and a counter, no state but the number of draws.

    key (who, for what)  ─┐
    draws so far, lane   ─┴▶ block: four words of 32 bits ─▶ four uniforms or two normals

Each agent and each asset has a key of its own (`vocab.keys`), so nobody's draws depend on who else draws.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011; the
published known-answer vectors are in the tests.
"""

from typing import Any

from numba import types

from unhedged.kernels.compiled import f8, helper, i8, kernel, name_type, u8
from unhedged.kernels.floatmath import ln, normal_quantile

UNIFORM = 0
"""Lane of `uniforms_of`."""
NORMAL = 1
"""Lane of `normals_of`: a uniform and a normal of one draw share no block."""

_ROUNDS = 10
_STEP_0 = 0x9E3779B9
_STEP_1 = 0xBB67AE85
_FACTOR_0 = 0xD2511F53
_FACTOR_1 = 0xCD9E8D57
_LOW = 0xFFFFFFFF
_2_POW_MINUS_32 = 1.0 / 4294967296.0
_2_POW_MINUS_52 = 1.0 / 4503599627370496.0

name_type("Words", types.UniTuple(types.uint64, 4))
name_type("Four", types.UniTuple(types.float64, 4))
name_type("Pair", types.UniTuple(types.float64, 2))


@helper("Words(uint64, uint64, uint64)")
def block(key: Any, counter: Any, lane: Any) -> Any:
    """Return four words of 32 bits: Philox4x32-10 under ``key`` of the counter ``lane * 2^64 + counter``."""
    a = counter & u8(_LOW)
    b = counter >> u8(32)
    c = lane & u8(_LOW)
    d = lane >> u8(32)
    low = key & u8(_LOW)
    high = key >> u8(32)
    for _ in range(_ROUNDS):
        p = a * u8(_FACTOR_0)
        q = c * u8(_FACTOR_1)
        a = (q >> u8(32)) ^ b ^ low
        b = q & u8(_LOW)
        c = (p >> u8(32)) ^ d ^ high
        d = p & u8(_LOW)
        low = (low + u8(_STEP_0)) & u8(_LOW)
        high = (high + u8(_STEP_1)) & u8(_LOW)
    return a, b, c, d


@helper("float64(uint64)")
def _uniform(word: Any) -> float:
    return f8(i8(word)) * _2_POW_MINUS_32


@helper("float64(uint64, uint64)")
def _normal(high: Any, low: Any) -> float:
    # The middle of one of 2^52 equal intervals: never 0, never 1, symmetric about one half.
    interval = i8(((high << u8(32)) | low) >> u8(12))
    return normal_quantile((f8(interval) + 0.5) * _2_POW_MINUS_52)


@kernel("Four(uint64, uint64)")
def uniforms_of(key: Any, draw: Any) -> Any:
    """Return four independent numbers, multiples of 2^-32 in [0, 1): draw number ``draw`` of the stream ``key``."""
    a, b, c, d = block(key, draw, u8(UNIFORM))
    return _uniform(a), _uniform(b), _uniform(c), _uniform(d)


@kernel("Pair(uint64, uint64)")
def normals_of(key: Any, draw: Any) -> Any:
    """Return two independent standard normal numbers: draw number ``draw`` of the stream ``key``; none beyond 8.2."""
    a, b, c, d = block(key, draw, u8(NORMAL))
    return _normal(a, b), _normal(c, d)


@kernel("Four(Agent)")
def uniforms(me: Any) -> Any:
    """Return four independent numbers in [0, 1) from the stream of agent record ``me``, and count one draw."""
    draw = me.draws
    me.draws = draw + u8(1)
    return uniforms_of(me.key, draw)


@kernel("Pair(Agent)")
def normals(me: Any) -> Any:
    """Return two independent standard normal numbers from the stream of agent record ``me``, and count one draw."""
    draw = me.draws
    me.draws = draw + u8(1)
    return normals_of(me.key, draw)


@helper("float64(Agent)")
def normal(me: Any) -> float:
    """Return the first of the two numbers of `normals`, and count one draw."""
    draw = me.draws
    me.draws = draw + u8(1)
    a, b, _, _ = block(me.key, draw, u8(NORMAL))
    return _normal(a, b)


@helper("float64(float64)")
def exponential(u: float) -> float:
    """Return an exponential number of mean 1 from a uniform ``u`` in [0, 1)."""
    return -ln(1.0 - u)
