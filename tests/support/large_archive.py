"""An archive as large as the event's: 3.2 million fills of 437,723 accounts in 160 coins, written fast and known exactly.

Every account of one half buys from one of the other half and later sells back to it, so each (account, coin) is opened once and
closed at most once: positions, profits and what is left at any moment follow without replaying. Some of the closes are
deleveragings, and some positions are never closed: they are the other winners.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lz4.frame
import numpy as np
from tests.support.sample_archive import HASH, START_MS, block

ACCOUNTS = 437_723
"""Accounts of the published replay of 10 October 2025."""
TRIPS = 850_000
"""Round trips; a trip is two trades, a trade two fills."""
COINS_A_TURN = 40
PER_BLOCK = 40
DELEVERAGED_MS = 4_000_000
"""After the start: later than every plain close; coins follow one another in waves of their own."""


@dataclass(frozen=True)
class Large:
    """How large: accounts, round trips, deleveragings (the last trips), trips never closed (those before)."""

    accounts: int = ACCOUNTS
    trips: int = TRIPS
    adl: int = 35_000
    kept: int = 100_000

    @property
    def half(self) -> int:
        """Accounts on each side: a whole number of turns of coins."""
        return self.accounts // 2 // COINS_A_TURN * COINS_A_TURN


def address(number: int) -> str:
    """An account's address."""
    return f"0x{number:040x}"


def write_large(folder: Path, size: Large = Large()) -> None:
    """Write fills, other events and the snapshot into a folder."""
    path = folder / "node_fills_by_block" / "hourly" / "20251010" / "21.lz4"
    path.parent.mkdir(parents=True)
    with lz4.frame.open(path, "wb") as file:
        for line in fill_lines(size):
            file.write(line.encode())
    with (folder / "clearinghouse_snapshot.jsonl").open("w") as file:
        file.writelines(
            f'{{"account":"{address(n)}","cash":"{1_000 + n % 9_000}.0","positions":[]}}\n'
            for n in range(size.accounts)
        )
    path = folder / "misc_events_by_block" / "hourly" / "20251010" / "21.lz4"
    path.parent.mkdir(parents=True)
    with lz4.frame.open(path, "wb") as file:
        for line in event_lines(size):
            file.write(line.encode())


def trips(size: Large) -> tuple[np.ndarray, ...]:
    """Buyer, seller, coin, lots, first and second price (ticks of a cent) of every round trip."""
    number = np.arange(size.trips)
    buyer = number % size.half
    seller = size.half + (buyer + COINS_A_TURN * 17) % size.half
    coin = number // size.half * COINS_A_TURN + buyer % COINS_A_TURN
    lots = 1 + number * 7_919 % 5_000
    first = 10_000 + number * 31 % 997
    return buyer, seller, coin, lots, first, 9_000 + number * 37 % 991


def fill_lines(size: Large) -> Iterator[str]:
    """Lines of fills: all trips are opened, then closed; the last closes are deleveragings, a coin after another."""
    columns = [column.tolist() for column in trips(size)]
    plain = size.trips - size.adl
    order = sorted(range(plain, size.trips), key=lambda n: columns[2][n])
    closing = [*range(plain - size.kept), *order]
    number, events = 0, []
    trades = [*((0, n) for n in range(size.trips)), *((1, n) for n in closing)]
    for made, (second, trip) in enumerate(trades, 1):
        buyer, seller, coin, lots, first, later = (column[trip] for column in columns)
        adl = second == 1 and trip >= plain
        t = START_MS + (DELEVERAGED_MS + coin * 6_000 if adl else number * 45)
        events.append(_trade(made, t, buyer, seller, coin, lots, first, later, second, adl))
        if len(events) == PER_BLOCK:
            yield block(757_000_001 + number, START_MS, ",".join(events))
            number, events = number + 1, []
    if events:
        yield block(757_000_001 + number, START_MS, ",".join(events))


def _trade(tid: int, t: int, buyer: int, seller: int, coin: int, lots: int, first: int, later: int, second: int, adl: bool) -> str:  # fmt: skip
    px = later if second else first
    pnl = lots * (later - first) if second else 0
    size = f"{lots // 10}.{lots % 10}"
    shared = f'"coin":"C{coin}","px":"{px // 100}.{px % 100:02}","sz":"{size}","time":{t},"hash":"{HASH}","oid":{tid},"fee":"0.01","feeToken":"USDC","tid":{tid},"twapId":null'  # fmt: skip
    if adl:
        mark = px + 5
        shared += f',"liquidation":{{"liquidatedUser":"{address(buyer)}","markPx":"{mark // 100}.{mark % 100:02}","method":"backstop"}}'
    long_, short_ = ("A", "B") if second else ("B", "A")
    names = ("Open Long", "Open Short")
    if second:
        names = ("Liquidated Cross Long", "Auto-Deleveraging") if adl else ("Close Long", "Close Short")  # fmt: skip
    start = size if second else "0.0"
    sign = "-" if second else ""
    return (
        f'["{address(buyer)}",{{"side":"{long_}","startPosition":"{start}","dir":"{names[0]}","closedPnl":"{_money(pnl)}",{shared}}}],'
        f'["{address(seller)}",{{"side":"{short_}","startPosition":"{sign}{start}","dir":"{names[1]}","closedPnl":"{_money(-pnl)}",{shared}}}]'
    )


def _money(thousandths: int) -> str:
    sign, size = ("-", -thousandths) if thousandths < 0 else ("", thousandths)
    return f"{sign}{size // 1_000}.{size % 1_000:03}"


def event_lines(size: Large) -> Iterator[str]:
    """Lines of funding: one of each thousandth account."""
    for n in range(0, size.accounts, 1_000):
        deltas = [{"user": address(n), "coin": "C0", "fundingAmount": "-0.25", "szi": "1.0", "fundingRate": "0.0000125"}]  # fmt: skip
        inner = {"Funding": {"deltas": deltas}}
        body = {"block_time": "x", "block_number": 757_000_001 + n // 1_000, "events": [{"time": START_MS, "hash": HASH, "inner": inner}]}  # fmt: skip
        yield json.dumps(body) + "\n"
