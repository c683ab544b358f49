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
    shares = _level(total, weights, limits, ties)
    rest = [limit - share for limit, share in zip(limits, shares, strict=True)]
    more = _level(total - sum(shares), rest, rest, ties)
    return [share + extra for share, extra in zip(shares, more, strict=True)]


def _level(
    total: int,
    weights: Sequence[Fraction] | Sequence[int],
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


def given_up(winner: Winner, lots: int) -> int:
    """Return atoms given up on ``lots`` at the price of the ADL instead of at mark."""
    value = winner["notional"] * lots // winner["qty"]
    side = 1 if winner["long"] else -1
    return value * side * (winner["mark_milli"] - winner["px_milli"]) // winner["mark_milli"]


def lots_worth(winner: Winner, atoms: int) -> int:
    """Return the lots that give up ``atoms``, all where nothing is given up."""
    whole = given_up(winner, winner["qty"])
    return winner["qty"] if whole <= 0 else winner["qty"] * min(atoms, whole) // whole


def capped(
    winners: Sequence[Winner], lots: int, risk: Sequence[Fraction] | None = None
) -> list[int]:
    """Close in proportion to profit times risk, within what leaves the maintenance margin."""
    gains = [max(0, one["unrealised"]) for one in winners]
    spare = [
        max(0, min(gain, one["equity"] - one["maintenance"]))
        for gain, one in zip(gains, winners, strict=True)
    ]
    limits = [lots_worth(one, most) for one, most in zip(winners, spare, strict=True)]
    weights = [Fraction(gain) * (1 if risk is None else risk[n]) for n, gain in enumerate(gains)]
    return close_in_proportion(winners, lots, weights, limits)


def min_max(winners: Sequence[Winner], lots: int) -> list[int]:
    """Give one lot after the other to the account whose haircut of equity it leaves smallest."""
    closes = [0] * len(winners)
    owners = [n for n, one in enumerate(winners) if one["equity"] > 0]
    for _ in range(min(lots, sum(winners[n]["qty"] for n in owners))):
        able = [n for n in owners if closes[n] < winners[n]["qty"]]
        first = min(
            able, key=lambda n: (Fraction(closes[n] + 1, winners[n]["equity"]), tie(winners[n]))
        )
        closes[first] += 1
    rest = [one["qty"] - close for one, close in zip(winners, closes, strict=True)]
    more = share_out(
        lots - sum(closes), [Fraction(r) for r in rest], rest, [tie(one) for one in winners]
    )
    return [a + b for a, b in zip(closes, more, strict=True)]


def hedge_aware(winners: Sequence[Winner], lots: int) -> list[int]:
    """Close unhedged lots in profit, then hedged lots in profit, then the rest."""
    keys = [tie(one) for one in winners]
    hedged = [one["qty"] * one["hedge"] // one["notional"] for one in winners]
    closes = [0] * len(winners)
    for parts in ([one["qty"] - h for one, h in zip(winners, hedged, strict=True)], hedged):
        limits = [
            part if one["unrealised"] > 0 else 0 for one, part in zip(winners, parts, strict=True)
        ]
        weights = [
            Fraction(max(0, one["unrealised"]) * part, one["qty"])
            for one, part in zip(winners, parts, strict=True)
        ]
        more = share_out(lots - sum(closes), weights, limits, keys)
        closes = [a + b for a, b in zip(closes, more, strict=True)]
    rest = [one["qty"] - close for one, close in zip(winners, closes, strict=True)]
    more = share_out(lots - sum(closes), [Fraction(r) for r in rest], rest, keys)
    return [a + b for a, b in zip(closes, more, strict=True)]


def random_start(winners: Sequence[Winner], lots: int, uniform: float) -> list[int]:
    """Walk round from a random winner; whom it would ruin comes last."""
    order = sorted(range(len(winners)), key=lambda n: winners[n]["position"])
    start = int(uniform * len(order))
    ruined = [given_up(one, min(one["qty"], lots)) > max(0, one["equity"]) for one in winners]
    closes = [0] * len(winners)
    for n in sorted(order[start:] + order[:start], key=lambda n: ruined[n]):
        closes[n] = min(lots, winners[n]["qty"])
        lots -= closes[n]
    return closes


def greedy(winners: Sequence[Winner], lots: int, contract: int) -> list[int]:
    """Give whole contracts up to rounded-up shares of equity, largest equity first, at the smallest scale that suffices."""
    owned = [max(0, one["equity"]) for one in winners]

    def caps(scale: float) -> list[int]:
        target, total = int(lots * scale), max(1, sum(owned))
        shares = [-(-target * own // total) for own in owned]
        return [
            min(one["qty"], -(-share // contract) * contract)
            for one, share in zip(winners, shares, strict=True)
        ]

    scale = next((s for s in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0) if sum(caps(s)) >= lots), 64.0)
    low = scale / 2
    for _ in range(13 if scale > 1 else 0):
        middle = (low + scale) / 2
        low, scale = (low, middle) if sum(caps(middle)) >= lots else (middle, scale)
    most = caps(scale)
    closes = [0] * len(winners)
    for n in sorted(range(len(winners)), key=lambda n: (-winners[n]["equity"], tie(winners[n]))):
        closes[n] = min(most[n], lots - sum(closes))
    rest = [one["qty"] - close for one, close in zip(winners, closes, strict=True)]
    more = share_out(
        lots - sum(closes), [Fraction(r) for r in rest], rest, [tie(one) for one in winners]
    )
    return [a + b for a, b in zip(closes, more, strict=True)]


def project(wished: Sequence[float], endowments: Sequence[float], budget: float) -> list[float]:
    """Return haircuts in [0, 1] nearest to the wished ones that take the budget, by halving."""

    def haircuts(tau: float) -> list[float]:
        return [min(1.0, max(0.0, h - tau * w)) for h, w in zip(wished, endowments, strict=True)]

    low = min((h - 1.0) / w for h, w in zip(wished, endowments, strict=True) if w > 0) - 1.0
    high = max(h / w for h, w in zip(wished, endowments, strict=True) if w > 0) + 1.0
    for _ in range(200):
        middle = (low + high) / 2
        taken = sum(w * h for w, h in zip(endowments, haircuts(middle), strict=True))
        low, high = (middle, high) if taken > budget else (low, middle)
    return haircuts(high)
