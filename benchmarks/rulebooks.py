"""What rules as data cost before a run: a rulebook read and validated, and the tiers of 600 symbols imported.

Each stands beside the same text parsed and no more, which is the floor of any reader.
"""

import gzip
import json
import tempfile
import tomllib
from collections.abc import Iterator
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks.side_by_side import Row, alternate, seconds_of, show
from unhedged.venues import rulebook
from unhedged.venues.importing.importer import import_rules

SYMBOLS = 600


def read_books() -> None:
    """Read and validate every shipped rulebook."""
    rulebook._load.cache_clear()
    for name in rulebook.available():
        rulebook.load(name)


def parse_books() -> None:
    """Parse the same files as TOML, and nothing else."""
    for entry in resources.files("unhedged.venues").joinpath("rulebooks").iterdir():
        tomllib.loads(entry.read_text("utf-8"))


def brackets(symbols: int = SYMBOLS) -> list[dict[str, Any]]:
    """Return an answer in the form of Binance's ``leverageBracket`` with ten brackets a symbol."""
    floors = [0, *(10**n for n in range(4, 13))]
    answer = []
    for n in range(symbols):
        rows, cum, below = [], 0.0, 4 + n % 3
        for k, floor in enumerate(floors):
            rate = 4 + n % 3 + 5 * k
            cum += floor * (rate - below) / 1000
            below = rate
            cap = floors[k + 1] if k + 1 < len(floors) else 10**13
            rows.append({
                "bracket": k + 1, "initialLeverage": 500 // rate, "notionalCap": cap,
                "notionalFloor": floor, "maintMarginRatio": rate / 1000, "cum": cum,
            })  # fmt: skip
        answer.append({"symbol": f"C{n:03d}USDT", "brackets": rows})
    return answer


def compare() -> Iterator[Row]:
    """Measure reading and importing."""
    count = len(rulebook.available())
    ours, theirs = alternate(partial(seconds_of, read_books), partial(seconds_of, parse_books))
    yield Row(
        what="a rulebook read and validated", goal="50 ms", unit="s", ours=[s / count for s in ours],
        beside="its TOML parsed", theirs=[s / count for s in theirs], note=f"mean of {count} shipped rulebooks",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        file, out = Path(place, "answer.json.gz"), Path(place, "tiers.toml")
        file.write_bytes(gzip.compress(json.dumps(brackets()).encode()))
        taken: list[int] = []

        def imported() -> None:
            done = import_rules("binance", file, out=out, force=True)
            taken.append(sum(done.tables.values()))

        def parsed() -> None:
            json.loads(gzip.decompress(file.read_bytes()))

        ours, theirs = alternate(partial(seconds_of, imported), partial(seconds_of, parsed))
    yield Row(
        what=f"tiers of {SYMBOLS} symbols imported", goal="1 s", unit="s", ours=ours, beside="the answer parsed",
        theirs=theirs, note=f"{taken[0]:,} tiers checked and written, in the form of Binance's leverageBracket",
    )  # fmt: skip


if __name__ == "__main__":
    show(compare)
