"""What rules as data cost: the loop beside a build in which the venue's rule codes are constants; reading a rulebook, importing tiers.

The fixed build is a copy of the package whose kernels have the number itself wherever they would read a rule code from a table,
so that the compiler drops the branches not taken. Both builds run the same market to the same totals, or there is no figure.
"""

import ast
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks.side_by_side import Row, alternate, seconds_of, show
from unhedged.engine import bench_runs
from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.engine.build import build
from unhedged.scenario.load import load
from unhedged.venues import rulebook
from unhedged.venues.importing.importer import import_rules

ROOT = Path(__file__).parents[1]
BOOKS, AGENTS, EVENTS = 2, 10_000, 2_000_000
VENUE_CODES = (
    "adl_at_limit", "adl_decision", "adl_on", "adl_price", "adl_trigger", "drawdown_base", "fund_pool", "funding_form",
    "funding_price", "inclusive", "index_combine", "liquidation_on", "mark_form", "outlier_rule", "partial_above", "reduction",
    "socialised", "steps",
)  # fmt: skip
INSTRUMENT_CODES = ("tier_form",)
EVERYWHERE = ("mark_form", "index_combine", "outlier_rule")
"""Codes that spot venues read as well: fixed only where all agree. The others decide about margin and funding."""
SYMBOLS = 600


def codes_of(plan: Any) -> dict[str, int]:
    """Return the rule codes of the perpetual venue of a plan, those left out that its spot venue has otherwise and reads."""
    memory = build(plan, 0).memory
    venues, instruments = memory["venue"], memory["instrument"]
    found = {name: int(venues[0][name]) for name in VENUE_CODES}
    found |= {name: int(instruments[0][name]) for name in INSTRUMENT_CODES}
    return {
        name: value
        for name, value in found.items()
        if name not in EVERYWHERE or all(int(v) == value for v in venues[name])
    }


class Fixed(ast.NodeTransformer):
    """Puts numbers where codes are read from a row, and counts them."""

    def __init__(self, codes: Mapping[str, int]) -> None:
        self.codes, self.count = codes, 0

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in self.codes and isinstance(node.ctx, ast.Load):
            self.count += 1
            return ast.Constant(self.codes[node.attr])
        return node


def copied(folder: Path, codes: Mapping[str, int]) -> int:
    """Copy the package to ``folder``, its kernels with ``codes`` fixed. Return how many readings of a code were replaced."""
    shutil.copytree(ROOT / "src" / "unhedged", folder / "unhedged")
    fixed = Fixed(codes)
    for file in (folder / "unhedged" / "kernels").glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        before = fixed.count
        tree = fixed.visit(tree)
        if fixed.count > before:
            file.write_text(ast.unparse(ast.fix_missing_locations(tree)), "utf-8")
    return fixed.count


def child(agents: int, events: int) -> None:
    """Print speed and totals of the market of the loop benchmark, of whichever build this process imports."""
    found = bench_runs.loop(books=BOOKS, agents=agents, events=events, repeats=1)
    print(json.dumps({"speed": found.median, "facts": found.facts}))


def speed_of(folder: Path, totals: list[Any]) -> float:
    """Return events a second of the build in ``folder``, in a process of its own; its totals are kept."""
    where = os.pathsep.join((str(folder), str(ROOT)))
    keys = {"PYTHONPATH": where, "UNHEDGED_CACHE_DIR": str(folder / "cache")}
    statement = f"from benchmarks.dispatch import child; child({AGENTS}, {EVENTS})"
    done = subprocess.run(
        [sys.executable, "-c", statement],
        env={**os.environ, **keys}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    totals.append(answer["facts"])
    return float(answer["speed"])


def dispatch() -> Row:
    """Measure the loop as it is beside the build with fixed rules."""
    codes = codes_of(load(loop_scenario(books=BOOKS, agents=1_000)).plan())
    totals: list[Any] = []
    with tempfile.TemporaryDirectory() as place:
        usual, special = Path(place, "usual"), Path(place, "fixed")
        copied(usual, {})
        readings = copied(special, codes)
        for folder in (usual, special):
            speed_of(folder, [])  # compiled, and kept on disk
        ours, fixed = alternate(
            partial(speed_of, usual, totals), partial(speed_of, special, totals)
        )
    if any(facts != totals[0] for facts in totals):
        raise SystemExit("The build with fixed rules runs another market: no figure.")
    return Row(
        what=f"loop, {BOOKS} books, rules by code", goal="0.9 of the other", unit="events/s", more_is_better=True,
        ours=ours, beside="rules fixed in the source", theirs=fixed,
        note=f"{len(codes)} codes fixed at {readings} places; same totals: {totals[0]['messages']:,} messages, "
        f"{totals[0]['trades']:,} trades",
    )  # fmt: skip


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
    """Measure dispatch, reading and importing."""
    yield dispatch()
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
