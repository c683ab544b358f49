"""Philox4x32-10 and what is made of it, in plain Python."""

from unhedged.reference import floatmath

Words = tuple[int, int, int, int]
LOW = 2**32 - 1


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Return ten rounds of Philox4x32 (Salmon et al., SC 2011, section 3.3)."""
    c, k = counter, key
    for _ in range(10):
        p, q = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = ((q >> 32) ^ c[1] ^ k[0], q & LOW, (p >> 32) ^ c[3] ^ k[1], p & LOW)
        k = ((k[0] + 0x9E3779B9) & LOW, (k[1] + 0xBB67AE85) & LOW)
    return c


def block(key: int, counter: int, lane: int) -> Words:
    """Return four words under ``key`` of the counter ``lane * 2^64 + counter``."""
    return philox((counter & LOW, counter >> 32, lane & LOW, lane >> 32), (key & LOW, key >> 32))


def uniforms_of(key: int, draw: int) -> tuple[float, ...]:
    """Return four numbers in [0, 1)."""
    return tuple(word / 2**32 for word in block(key, draw, 0))


def normals_of(key: int, draw: int) -> tuple[float, ...]:
    """Return two standard normal numbers."""
    a, b, c, d = block(key, draw, 1)
    return tuple(
        floatmath.normal_quantile(((((high << 32) | low) >> 12) + 0.5) / 2**52)
        for high, low in ((a, b), (c, d))
    )


def exponential(u: float) -> float:
    """Return an exponential number of mean 1 from ``u`` in [0, 1)."""
    return -floatmath.ln(1 - u)
