"""A real event: an archive of its size rolled forward, beside a plain reader; every policy on sixteen waves, beside sorting them."""

import contextlib
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from tests.support.large_archive import Large, write_large
from tests.support.plain_archive import plain_replay

from benchmarks.side_by_side import Row, show
from unhedged.replay.allocate import Question, allocations_for, answers
from unhedged.replay.archive.reconstruction import Reconstruction, reconstruct
from unhedged.replay.deficits import Shortfall
from unhedged.replay.figures import Problem
from unhedged.replay.folder import list_folder
from unhedged.replay.questions import winner_rows

ROUNDS = 3
SMALL = Large(accounts=43_760, trips=85_000, adl=3_500, kept=10_000)
"""What the plain reader reads; its time is scaled to the whole by fills."""
WINNERS = (18_261, 6_276, 12_349, 15_200, 1_050, 5_425, 923, 3_158, 1_513, 1_192, 55_894, 6_616, 3_750, 1_300, 500, 1_850)  # fmt: skip
"""Winners of the sixteen waves of 10 October 2025 as the replay draws them."""


@contextlib.contextmanager
def written(size: Large) -> Iterator[Path]:
    """An archive in a folder of its own, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as name:
        write_large(Path(name), size)
        yield Path(name)


def rolled(folder: Path) -> Reconstruction:
    """Read an archive and roll it forward.

    Raises
    ------
    ArithmeticError
        Something is wrong in it, or nothing is there.
    """
    problems: list[Problem] = []
    listing = list_folder(folder)
    found = reconstruct(listing, problems)
    if found is None or problems:
        raise ArithmeticError(f"the archive is not whole: {problems[:3]}")
    return found


def questions() -> list[Question]:
    """Sixteen lists of winners, as long as those of the event, drawn; a third of the lots is closed."""
    found = []
    for wave, count in enumerate(WINNERS):
        random = np.random.default_rng([2025, wave])
        held = np.maximum(1, np.exp(random.normal(7, 2, count))).astype(np.int64)
        profit = held * random.uniform(0.05, 2.0, count)
        question = Question(
            name=f"wave {wave}", kind="synthetic population", accounts=[str(n) for n in range(count)],
            winners=winner_rows(
                held=held, notional=held.astype(float), unrealised=profit, equity=profit * random.uniform(1.5, 15.0, count),
                side=-1, mark=0.99, price=1.0,
            ),
            lots=int(held.sum()) // 3, happened=None, gap=0.01, equity=True, deficit=Shortfall(total=1e6, largest=5e5),
        )  # fmt: skip
        found.append(question)
    return found


def cpu(action: Callable[[], object]) -> float:
    """CPU seconds of this process, all its threads, in one call."""
    started = time.process_time()
    action()
    return time.process_time() - started


def compare() -> Iterator[Row]:
    """Measure both; what is compared must agree first."""
    yield _archive()
    yield _policies()


def _archive() -> Row:
    with written(SMALL) as folder:
        plain, fast = plain_replay(folder), rolled(folder)
        if plain.fills != len(fast.rolled.fills) or len(plain.adl) != len(fast.forced.adl):
            raise ArithmeticError("the plain reader finds other fills")
        theirs = [cpu(lambda: plain_replay(folder)) for _ in range(ROUNDS)]
    with written(Large()) as folder:
        whole = rolled(folder)
        ours = [cpu(lambda: rolled(folder)) for _ in range(ROUNDS)]
    fills = len(whole.rolled.fills)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return Row(
        what=f"archive, {fills:,} fills", goal="30 s", unit="s", ours=ours, beside="json, dict and Decimal, line by line",
        theirs=[one * fills / plain.fills for one in theirs],
        note=f"{len(whole.rolled.names.accounts):,} accounts, {len(whole.rolled.names.coins)} coins, {len(whole.forced.adl):,} ADL "
        f"fills; decompressed, decoded, checked against every startPosition, rolled forward. CPU time of all threads; peak memory "
        f"{peak:,.0f} MB (goal: 4,000 MB). The plain reader reads {plain.fills:,} fills and is scaled; it "
        f"knows the last state only and names no faults but contradicted starts",
    )  # fmt: skip


def _policies() -> Row:
    asked = questions()
    names = list(allocations_for())
    answers(asked[-1])  # whatever compiles, compiles here

    def sort() -> None:
        for one in asked:
            for _ in names:
                np.argsort(-one.winners["unrealised"] / one.winners["equity"], kind="stable")

    def ask() -> None:
        allocations = allocations_for()
        for one in asked:
            answers(one, allocations)

    ours = [cpu(ask) for _ in range(ROUNDS)]
    return Row(
        what="16 waves x all policies x all measures", goal="5 s", unit="s", ours=ours, beside="numpy, sorting each list once a policy",
        theirs=[cpu(sort) for _ in range(ROUNDS)],
        note=f"{len(names)} policies on {sum(WINNERS):,} winners in 16 lists, integer lots, every answer checked and measured "
        "(haircuts, Gini, HHI, regret against the exact optimum, survivor ratios). Sorting is a floor: it allocates and measures nothing",
    )  # fmt: skip


if __name__ == "__main__":
    show(compare)
