"""Tiers from a file of a venue's own: ``tiers = "my-binance.toml#BTCUSDT"`` becomes the values themselves.

This happens while layers are put together, so that everything behind it, the plan, its hash and the scenario kept with the
results, holds the values and needs the file no more. Tick and lot size come along where the file has them and the scenario
does not.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.problems import place
from unhedged.venues.importing import reading
from unhedged.venues.importing.reading import Table
from unhedged.venues.importing.schedule import Tier
from unhedged.vocab.errors import ScenarioError, UnitError
from unhedged.vocab.units import ATOMS_PER_USD, money_text, parse_money, rate_text

MARK = ".toml#"
"""Between the file and the table in it."""


def is_reference(tiers: Any) -> bool:
    """Return whether ``tiers`` names a table of a file rather than one of the rulebook."""
    return isinstance(tiers, str) and MARK in tiers


def expand(stacked: Stack) -> list[ScenarioError]:
    """Put values in place of every reference to a file, in place; return what stood in the way."""
    files: dict[Path, Mapping[str, Any]] = {}
    errors: list[ScenarioError] = []
    instruments = stacked.data.get("instrument")
    for n, block in enumerate(instruments if isinstance(instruments, list) else []):
        if not isinstance(block, dict) or not is_reference(block.get("tiers")):
            continue
        path: Keys = ("instrument", n, "tiers")
        try:
            table = _table(block["tiers"], stacked, path, files)
            block["tiers"] = _values(block["tiers"], table, _start(stacked.data, block))
        except ScenarioError as error:
            errors.append(_placed(error, stacked, path))
            continue
        for key in ("tick_size", "lot_size"):
            size = getattr(table.schedule, key)
            if size is not None:
                block.setdefault(key, f"{size:f}")
    return errors


def _table(
    reference: str, stacked: Stack, path: Keys, files: dict[Path, Mapping[str, Any]]
) -> Table:
    name, _, table = reference.partition(MARK)
    file = _near(f"{name}.toml", stacked, path)
    if file not in files:
        files[file] = reading.load(file)
    return reading.table(files[file], table, file)


def _near(name: str, stacked: Stack, path: Keys) -> Path:
    # Beside the scenario that names it, else where the command is given.
    written_in = Path(str(stacked.where(path)["file"]))
    beside = written_in.parent / name
    return beside if written_in.is_file() and beside.is_file() else Path(name)


def _start(data: Mapping[str, Any], block: Mapping[str, Any]) -> Decimal | None:
    # Start price of the instrument's asset; nothing where the scenario's own checks will say why there is none.
    for asset in data.get("asset", ()):
        if isinstance(asset, Mapping) and asset.get("id") == block.get("asset"):
            try:
                return Decimal(parse_money(asset.get("start"))) / ATOMS_PER_USD
            except UnitError:
                return None
    return None


def _values(reference: str, table: Table, start: Decimal | None) -> dict[str, Any]:
    schedule, origin = table.schedule, table.origin
    price = (start or Decimal(1)) if schedule.in_coins else Decimal(1)
    read = partial(_tier, price=price, whole=schedule.whole)
    return {
        "source": f"{reference}: {origin.source} (read {origin.read}, {origin.confidence})",
        "brackets": [read(tier) for tier in schedule.tiers],
    }


def _tier(tier: Tier, *, price: Decimal, whole: bool) -> dict[str, str]:
    values = {
        "above": money_text(round(tier.floor * price * ATOMS_PER_USD)),
        "maintenance": rate_text(tier.mm_ppb),
        "initial": rate_text(tier.im_ppb),
    }
    return values | ({"deduct": "$0"} if whole else {})


def _placed(error: ScenarioError, stacked: Stack, path: Keys) -> ScenarioError:
    # An error inside the file keeps its own place and says who named it; any other points at the scenario.
    where = place(stacked, path)
    if error.file:
        line = f":{where['line']}" if where.get("line") else ""
        error.hint = error.hint or f"Named by {where['file']}{line}  {where['where']}."
        return error
    error.__dict__.update(where)
    return error
