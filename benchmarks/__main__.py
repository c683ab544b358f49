"""``python -m benchmarks [book loop margin adl start scenarios replay rulebooks dispatch]``: all comparisons in one table."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks.side_by_side import Row, measured_in, report

COMPARISONS = (
    "book",
    "loop",
    "margin",
    "adl",
    "start",
    "scenarios",
    "replay",
    "rulebooks",
    "dispatch",
)


def main(names: list[str]) -> int:
    """Measure what is named, everything when nothing is, and print the table."""
    if unknown := [name for name in names if name not in COMPARISONS]:
        print(
            f"No comparison {unknown[0]!r}. There are: {', '.join(COMPARISONS)}.", file=sys.stderr
        )
        return 2
    rows: list[tuple[Row, float | None]] = []
    # One new process for each, one after the other: what a script leaves in memory is no part of the next one's figure.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        for name in names or COMPARISONS:
            print(f"{name} …", file=sys.stderr)
            rows += pool.submit(measured_in, name).result()
    print(report(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
