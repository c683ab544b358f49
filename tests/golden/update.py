"""Pin the outcome of the golden runs anew, and print what changed: ``python -m tests.golden.update``.

A change of results is a change like any other: run this, read the difference, and say in the commit why it is right.
"""

import json

from tests.golden.runs import FOLDER, RUNS, differences, outcome_anywhere, pinned


def main() -> None:
    for name in RUNS:
        now = outcome_anywhere(name)
        lines = differences(pinned(name), now)
        print(f"{name}: " + ("nothing changed" if not lines else f"{len(lines)} values changed"))
        for line in lines:
            print("  " + line)
        (FOLDER / f"{name}.json").write_text(json.dumps(now, indent=2) + "\n")


if __name__ == "__main__":
    main()
