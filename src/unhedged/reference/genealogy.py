"""Which forced order moved the mark to a trigger, in plain Python: all pushes of all updates are kept in lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from unhedged.reference.ledger import contract_number


@dataclass(slots=True)
class Slot:
    """The mark an update began with, and what forced orders did to the mid until the next."""

    mark: int
    pushes: list[tuple[int, int]] = field(default_factory=list)
    """Case and milli-ticks."""


@dataclass(slots=True)
class Pushes:
    """Pushes of one book; ``window`` updates are looked back over."""

    window: int = 0
    slots: list[Slot] = field(default_factory=list)

    def note(self, case: int, before: int, after: int) -> None:
        """Note an order of a case that moved the mid."""
        if self.slots and before > 0 and after > 0:
            self.slots[-1].pushes.append((case, after - before))

    def begin(self, mark: int) -> None:
        """Begin the next update."""
        self.slots.append(Slot(mark))

    def parent(self, mark: int, *, falls: bool) -> int:
        """Return the case that pushed most in a forced move, -1 where the move is not."""
        looked = self.slots[-self.window :] if self.window else []
        if not looked:
            return -1
        sign = -1 if falls else 1
        pushes = [(case, sign * push) for slot in reversed(looked) for case, push in slot.pushes]
        net = sum(push for _, push in pushes)
        if net <= 0 or 2 * net < sign * (mark - looked[0].mark):
            return -1
        best = max(push for _, push in pushes)
        return next(case for case, push in pushes if push == best)


def parent_of(exchanges: Sequence[Any], account: Any) -> int:
    """Return the parent of a case opened now, by the position that lost most in the latest update; ties by slot."""
    worst, found = 0, None
    for i in account.open():
        x = exchanges[contract_number(i)]
        lots, milli = account.holdings[i].pos, x.contract.previous
        gained = x.worth(lots, x.contract.mark) - x.worth(lots, milli)
        if gained < worst:
            worst, found = gained, x
    if found is None:
        return -1
    parent: int = found.pushes.parent(
        found.contract.mark, falls=found.contract.mark < found.contract.previous
    )
    return parent
