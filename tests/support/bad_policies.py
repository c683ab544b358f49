"""ADL policies as somebody in a hurry would write them, each wrong in its own way; and one that is right."""

import itertools

import numpy as np

_calls = itertools.count()


def right(winners, lots):
    """Close from the first to the last."""
    before = np.cumsum(winners["qty"]) - winners["qty"]
    return np.clip(lots - before, 0, winners["qty"])


def rounds_each(winners, lots):
    """Share by size and round each share: the sum is off."""
    return np.rint(winners["qty"] * (lots / winners["qty"].sum())).astype(np.int64)


def fractions(winners, lots):
    """Return lots as floats."""
    return winners["qty"] * min(1.0, lots / winners["qty"].sum())


def negative(winners, lots):
    """Take too much from the first and give it back to the second."""
    closes = right(winners, lots)
    if len(closes) > 1:
        closes[0] += closes[1] + 1
        closes[1] = -1
    return closes


def flips(winners, lots):
    """Take everything from the largest, whatever it holds."""
    closes = np.zeros(len(winners), np.int64)
    closes[np.argmax(winners["qty"])] = min(lots, winners["qty"].sum())
    return closes


def draws_lots(winners, lots):
    """Begin somewhere else each time."""
    start = next(_calls) % len(winners)
    return np.roll(right(np.roll(winners, -start), lots), start)


def sorts_in_place(winners, lots):
    """Sort the list it was given."""
    winners.sort(order="qty")
    return right(winners, lots)


def unlocks(winners, lots):
    """Change the list although it is locked."""
    winners.flags.writeable = True
    winners["score"] = 0
    return right(winners, lots)


def divides_by_profit(winners, lots):
    """Fail where nobody has a profit."""
    if winners["unrealised"].max() < 0:
        return [1 // 0]
    return right(winners, lots)


def too_short(winners, lots):
    """Answer for those that close only."""
    closes = right(winners, lots)
    return closes[closes > 0]


def leaves(winners, lots):
    """End the process."""
    raise SystemExit(0)


class Remembers:
    """Right the first time, wrong after a while, with a memory of its own."""

    def __init__(self):
        self.asked = 0

    def fresh(self):
        return Remembers()

    def __call__(self, winners, lots):
        self.asked += 1
        return right(winners, lots) * (self.asked < 5)


remembers = Remembers()


class NeverFresh:
    """An object whose memory cannot be made."""

    def fresh(self):
        raise KeyError("memory")

    def __call__(self, winners, lots):
        return right(winners, lots)


never_fresh = NeverFresh()
