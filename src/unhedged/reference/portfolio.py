"""Portfolio margin in plain Python: what an account needs beyond the sum of its margins."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from unhedged.rules.integer import PPB


@dataclass(frozen=True, slots=True)
class PortfolioMargin:
    """One venue's portfolio margin; the default asks what an ordinary account is asked."""

    times: int = PPB
    per: int = PPB
    base: int = 0
    range_ppb: int = 0
    """Moves over which contracts of one underlying offset each other; 0: they do not."""

    def required(self, needed: int, *, holds: bool) -> int:
        """Return the equity a maintenance asks, atoms, rounded up; the constant only of an account that holds something."""
        return -(-(needed + (self.base if holds else 0)) * self.times // self.per)

    def worst_loss(self, values: Iterable[tuple[int, int]]) -> int:
        """Return the worst losses by underlying, atoms, each rounded up, of signed values by underlying."""
        return sum(-(-abs(net) * self.range_ppb // PPB) for net in nets(values).values())


def nets(values: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the sum of signed values by underlying."""
    found: dict[int, int] = defaultdict(int)
    for asset, value in values:
        found[asset] += value
    return found
