"""Who closes how many lots, in plain Python: lists, fractions and sorting; slow and obvious.

A winner is a mapping with the columns of the `winner` table. Ties: the larger position, then the lower account, then the lower
position row.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Winner = Mapping[str, int]


def tie(winner: Winner) -> tuple[int, int, int]:
    """Return the key of equals, smallest first."""
    return -winner["qty"], winner["account"], winner["position"]


def queue(winners: Sequence[Winner], lots: int, scores: Sequence[float]) -> list[int]:
    """Close whole positions, highest score first."""
    closes = [0] * len(winners)
    for n in sorted(range(len(winners)), key=lambda n: (-scores[n], tie(winners[n]))):
        closes[n] = min(lots, winners[n]["qty"])
        lots -= closes[n]
    return closes


def share_out(
    total: int,
    weights: Sequence[Fraction],
    limits: Sequence[int],
    ties: Sequence[tuple[int, ...]],
) -> list[int]:
    """Share ``total`` in proportion to weights, nobody above its limit; then the rest in proportion to what is left of limits."""
    shares = [0] * len(limits)
    for claims in (weights, limits):
        rest = [limit - share for limit, share in zip(limits, shares, strict=True)]
        wanted = [c if claims is weights else r for c, r in zip(claims, rest, strict=True)]
        given = _level(total - sum(shares), wanted, rest, ties)
        shares = [share + more for share, more in zip(shares, given, strict=True)]
    return shares


def _level(
    total: int,
    weights: Sequence[Fraction | int],
    limits: Sequence[int],
    ties: Sequence[tuple[int, ...]],
) -> list[int]:
    shares = [0] * len(limits)
    open_ = [n for n in range(len(limits)) if weights[n] > 0 and limits[n] > 0]
    total = min(total, sum(limits[n] for n in open_))
    exact: dict[int, Fraction] = {}
    while open_:
        whole = sum((Fraction(weights[n]) for n in open_), Fraction(0))
        exact = {n: total * Fraction(weights[n]) / whole for n in open_}
        full = [n for n in open_ if exact[n] >= limits[n]]
        if not full:
            break
        for n in full:
            shares[n] = limits[n]
            total -= limits[n]
        open_ = [n for n in open_ if n not in full]
    for n in open_:
        shares[n] = int(exact[n])
    left = total - sum(shares[n] for n in open_)
    for n in sorted(open_, key=lambda n: (shares[n] - exact[n], ties[n]))[:left]:
        shares[n] += 1
    return shares


def close_in_proportion(
    winners: Sequence[Winner],
    lots: int,
    weights: Sequence[Fraction],
    limits: Sequence[int] | None = None,
) -> list[int]:
    """Close lots in proportion to weights within limits; what remains, in proportion to what is left of the positions."""
    held = [winner["qty"] for winner in winners]
    most = held if limits is None else [min(a, b) for a, b in zip(limits, held, strict=True)]
    keys = [tie(winner) for winner in winners]
    closes = share_out(lots, weights, most, keys)
    rest = [a - b for a, b in zip(held, closes, strict=True)]
    more = share_out(lots - sum(closes), [Fraction(r) for r in rest], rest, keys)
    return [a + b for a, b in zip(closes, more, strict=True)]
