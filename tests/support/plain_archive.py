"""The archive once more, line by line with json, dict and Decimal: slow, obvious, and the oracle of the fast reader."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import lz4.frame

ADL = "Auto-Deleveraging"
SPOT = ("Buy", "Sell")


@dataclass
class Plain:
    """States after the last fill, and the forced fills, as text and Decimal."""

    size: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cost: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cash: dict[str, Decimal] = field(default_factory=dict)
    adl: list[tuple[int, str, str, Decimal, Decimal]] = field(default_factory=list)
    needed: Decimal = Decimal(0)
    liquidations: int = 0
    contradicted: list[int] = field(default_factory=list)
    fills: int = 0
    listed: set[str] = field(default_factory=set)

    def start(self, folder: Path) -> None:
        """Read the snapshot."""
        for line in (folder / "clearinghouse_snapshot.jsonl").read_text().splitlines():
            state = json.loads(line)
            self.cash[state["account"]] = Decimal(state["cash"])
            self.listed.add(state["account"])
            for held in state["positions"]:
                key = state["account"], held["coin"]
                self.size[key] = Decimal(held["size"])
                self.cost[key] = Decimal(held["size"]) * Decimal(held["entry"])

    def fill(self, row: int, account: str, fill: dict) -> None:
        """Move one account by one fill."""
        if fill["dir"] in SPOT:
            return
        self.fills += 1
        key = account, fill["coin"]
        size, px = Decimal(fill["sz"]), Decimal(fill["px"])
        signed = size if fill["side"] == "B" else -size
        start = Decimal(fill["startPosition"])
        if self.size.get(key, Decimal(0) if account in self.listed else start) != start:
            self.contradicted.append(row)
        profit = Decimal(fill["closedPnl"])
        self.size[key] = start + signed
        self.cost[key] = self.cost.get(key, Decimal(0)) + signed * px + profit
        self.cash[account] = self.cash.get(account, Decimal(0)) + profit - Decimal(fill["fee"])
        self._forced(account, fill, signed, px)

    def _forced(self, account: str, fill: dict, signed: Decimal, px: Decimal) -> None:
        forced = fill.get("liquidation")
        if not forced:
            return
        if fill["dir"] == ADL and forced["liquidatedUser"] != account:
            self.adl.append((fill["time"], fill["coin"], account, abs(signed), px))
            self.needed += signed * (px - Decimal(forced["markPx"]))
        elif forced["liquidatedUser"] == account:
            self.liquidations += 1


def plain_replay(folder: Path) -> Plain:
    """Replay the one hour of fills in a folder, snapshot first; other events are not read."""
    found = Plain()
    found.start(folder)
    path = folder / "node_fills_by_block" / "hourly" / "20251010" / "21.lz4"
    with lz4.frame.open(path) as lines:
        for row, line in enumerate(lines, 1):
            for account, fill in json.loads(line)["events"]:
                found.fill(row, account, fill)
    return found
