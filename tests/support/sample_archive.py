"""A self-made archive in the venue's own form: a market of accounts that trade, are taken over by a vault and deleveraged.

Everything is whole numbers (lots, ticks, atoms), so what the reader must find is known exactly: the generator keeps positions,
entry cost and wallets of its own, by the sequential definition, while it writes the files.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import lz4.frame

VAULT = "0x" + "f" * 40
START_MS = 1_760_130_000_000
"""2025-10-10 21:00:00 UTC."""
HASH = "0x" + "0" * 64


@dataclass(frozen=True)
class Coin:
    """A contract of the sample: first price in ticks, decimals of tick and lot (together at most six)."""

    name: str
    px: int
    tick: int
    lot: int


COINS = (Coin("BTC", 1_064_270, 1, 5), Coin("ETH", 34_679, 1, 4), Coin("PUMP", 3_800, 6, 0))


def text(number: int, places: int) -> str:
    """A decimal text as the venue writes it: at least one decimal, no zeros beyond."""
    sign, digits = "-" if number < 0 else "", str(abs(number)).rjust(places + 1, "0")
    whole, rest = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    return f"{sign}{whole}.{rest or '0'}"


@dataclass
class Sample:
    """The market while it is written, and after it the truth."""

    accounts: list[str]
    coins: tuple[Coin, ...] = COINS
    seed: int = 7
    pos: dict[tuple[str, str], int] = field(default_factory=dict)
    cost: dict[tuple[str, str], int] = field(default_factory=dict)
    wallet: dict[str, int] = field(default_factory=dict)
    snapshot: list[str] = field(default_factory=list)
    adl: list[tuple[int, str, str, int, int]] = field(
        default_factory=list
    )  # time, coin, winner, lots, ticks
    tid: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.px = {coin.name: coin.px for coin in self.coins}
        self.by_name = {coin.name: coin for coin in self.coins}

    def open(self, share: float = 0.5) -> None:
        """Give accounts wallets and some of them positions, in pairs, and write the snapshot."""
        rows: dict[str, list[dict[str, str]]] = {account: [] for account in [*self.accounts, VAULT]}
        for account in rows:
            self.wallet[account] = self.random.randrange(10**8, 10**12)
        self.wallet[VAULT] = 10**9
        for one, other in zip(self.accounts[::2], self.accounts[1::2], strict=False):
            if self.random.random() < share:
                coin = self.random.choice(self.coins)
                lots, entry = (
                    self.lots(coin, self.random.randrange(100, 200_000)),
                    coin.px * 11 // 10,
                )
                for account, signed in ((one, lots), (other, -lots)):
                    self.pos[account, coin.name] = signed
                    self.cost[account, coin.name] = (
                        signed * entry * 10 ** (6 - coin.tick - coin.lot)
                    )
                    held = {"size": text(signed, coin.lot), "entry": text(entry, coin.tick)}
                    rows[account].append({"coin": coin.name, **held})
        for account, held in rows.items():
            state = {"account": account, "cash": text(self.wallet[account], 6), "positions": held}
            self.snapshot.append(json.dumps(state))

    def lots(self, coin: Coin, dollars: int) -> int:
        """Lots of a coin worth about some dollars, at least one."""
        return max(1, dollars * 10 ** (coin.tick + coin.lot) // self.px[coin.name])

    def leg(self, account: str, coin: Coin, lots: int, px: int, *, adl: bool = False, forced: bool = False) -> tuple[str, str, str]:  # fmt: skip
        """Move one account by a fill and return startPosition, dir and closedPnl."""
        key = account, coin.name
        before, cost = self.pos.get(key, 0), self.cost.get(key, 0)
        unit = 10 ** (6 - coin.tick - coin.lot)
        closed = min(abs(before), abs(lots)) if before * lots < 0 else 0
        share = cost * closed // abs(before) if closed else 0
        side = 1 if before > 0 else -1
        pnl = side * closed * px * unit - share
        self.pos[key] = before + lots
        self.cost[key] = cost - share + (lots + side * closed) * px * unit
        self.wallet[account] = self.wallet.get(account, 0) + pnl
        way = "Long" if (before or lots) > 0 else "Short"
        name = f"Open {way}" if not closed else f"Close {way}"
        if closed and before * (before + lots) < 0:
            name = "Long > Short" if before > 0 else "Short > Long"
        if forced:
            name = f"Liquidated Cross {way}"
        return text(before, coin.lot), "Auto-Deleveraging" if adl else name, text(pnl, 6)

    def trade(self, t: int, buyer: str, seller: str, coin: Coin, lots: int, px: int, *, adl: str = "", liquidated: str = "", mark: int = 0, fee: int = 0) -> str:  # fmt: skip
        """Write both legs of one trade: JSON of two events; ``adl`` names the winner, ``liquidated`` the bankrupt account."""
        self.tid += 1
        legs = []
        forced = ""
        if liquidated:
            body = {
                "liquidatedUser": liquidated,
                "markPx": text(mark, coin.tick),
                "method": "backstop",
            }
            forced = f',"liquidation":{json.dumps(body, separators=(",", ":"))}'
        for account, side in ((buyer, "B"), (seller, "A")):
            signed = lots if side == "B" else -lots
            start, name, pnl = self.leg(account, coin, signed, px, adl=account == adl, forced=account == liquidated)  # fmt: skip
            self.wallet[account] -= fee
            legs.append(
                f'["{account}",{{"coin":"{coin.name}","px":"{text(px, coin.tick)}","sz":"{text(lots, coin.lot)}",'
                f'"side":"{side}","time":{t},"startPosition":"{start}","dir":"{name}","closedPnl":"{pnl}","hash":"{HASH}",'
                f'"oid":{2 * self.tid + (side == "A")},"crossed":{"true" if side == "A" else "false"},"fee":"{text(fee, 6)}",'
                f'"feeToken":"USDC","tid":{self.tid},"twapId":null{forced}}}]'
            )
        return ",".join(legs)

    def quiet(self, t: int, most: int = 50_000) -> str:
        """Two accounts trade at a price that walks."""
        coin = self.random.choice(self.coins)
        buyer, seller = self.random.sample(self.accounts, 2)
        step = self.random.randrange(-3, 4)
        self.px[coin.name] = max(1, self.px[coin.name] + step)
        lots = self.lots(coin, self.random.randrange(1, most))
        fee = self.random.randrange(0, 10**6)
        return self.trade(t, buyer, seller, coin, lots, self.px[coin.name], fee=fee)

    def takeover(self, t: int) -> str:
        """The vault takes a long over from an account."""
        longs = [key for key, lots in self.pos.items() if lots > 0 and key[0] != VAULT]
        account, name = self.random.choice(longs)
        coin = self.by_name[name]
        px = self.px[name] = max(1, self.px[name] * 99 // 100)
        return self.trade(
            t, VAULT, account, coin, self.pos[account, name], px, liquidated=account, mark=px
        )

    def deleverage(self, t: int, *, most: int = 20) -> str:
        """Shorts close against the vault's long of one coin, whole ones but for the last, at a price off the mark."""
        held = [
            (
                lots * self.px[name] * 10 ** (6 - self.by_name[name].tick - self.by_name[name].lot),
                name,
            )
            for (account, name), lots in self.pos.items()
            if account == VAULT and lots > 0
        ]
        if not held:
            return ""
        name = max(held)[1]
        coin, left = self.by_name[name], self.pos[VAULT, name]
        shorts = sorted((-lots, account) for (account, one), lots in self.pos.items() if one == name and lots < 0 and account != VAULT)  # fmt: skip
        # The market falls on after a take-over, so the vault cannot pay.
        px = self.px[name] = max(1, self.px[name] * 97 // 100)
        mark, legs = px + self.random.randrange(-5, 6), []
        for lots, account in shorts[:most]:
            close = min(lots, left)
            if close:
                legs.append(self.trade(t, account, VAULT, coin, close, px, adl=account, liquidated=VAULT, mark=mark))  # fmt: skip
                self.adl.append((t, name, account, close, px))
                left -= close
        return ",".join(legs)


def block(number: int, t: int, events: str) -> str:
    """One line of the archive."""
    stamp = f"2025-10-10T21:{t // 60_000 % 60:02}:{t // 1_000 % 60:02}.{t % 1_000:03}000000"
    return f'{{"local_time":"{stamp}","block_time":"{stamp}","block_number":{number},"events":[{events}]}}\n'


def blocks(sample: Sample, count: int, *, per_block: int = 4, adl_every: int = 25) -> Iterator[str]:
    """Lines of a small market, every ``adl_every`` blocks with a take-over and a deleveraging after it."""
    for n in range(count):
        t = START_MS + n * 400
        events = [sample.quiet(t) for _ in range(per_block)]
        if n % adl_every == adl_every - 2:
            events.append(sample.takeover(t))
        if n % adl_every == adl_every - 1:
            events.append(sample.deleverage(t))
        yield block(757_000_001 + n, t, ",".join(event for event in events if event))


def funding(sample: Sample, count: int, *, every: int = 50) -> Iterator[str]:
    """Lines of other events: funding now and then, a deposit, and one of a kind nobody knows; a line for every block."""
    for n in range(count):
        t = START_MS + n * 400
        deltas: list[dict[str, str]] = []
        if n % every:
            yield (
                json.dumps({"block_time": "x", "block_number": 757_000_001 + n, "events": []})
                + "\n"
            )
            continue
        for (account, coin), lots in list(sample.pos.items())[:5]:
            amount = -lots % 1_000 - 500
            sample.wallet[account] += amount
            deltas.append({"user": account, "coin": coin, "fundingAmount": text(amount, 6), "szi": "1.0", "fundingRate": "0.0000125"})  # fmt: skip
        user = sample.accounts[0]
        sample.wallet[user] += 5_000_000
        ledger = {"users": [user], "delta": {"type": "deposit", "usdc": "5.0"}}
        events = [
            {"time": t, "hash": HASH, "inner": {"Funding": {"deltas": deltas}}},
            {"time": t, "hash": HASH, "inner": {"LedgerUpdate": ledger}},
            {"time": t, "hash": HASH, "inner": {"ValidatorRewards": {"validator": 1}}},
        ]
        body = json.dumps({"block_time": "x", "block_number": 757_000_001 + n, "events": events})
        yield f"{body}\n"


def write_archive(folder: Path, lines: Iterator[str], *, kind: str = "node_fills_by_block", hour: int = 21) -> Path:  # fmt: skip
    """Write lines as one hour of the archive and return its path."""
    path = folder / kind / "hourly" / "20251010" / f"{hour}.lz4"
    path.parent.mkdir(parents=True, exist_ok=True)
    with lz4.frame.open(path, "wb") as file:
        for line in lines:
            file.write(line.encode())
    return path


def small(folder: Path, *, accounts: int = 40, count: int = 200, seed: int = 7) -> Sample:
    """Write a small archive with its snapshot and other events into a folder and return the truth."""
    sample = Sample(accounts=[f"0x{n:040x}" for n in range(1, accounts + 1)], seed=seed)
    sample.open()
    write_archive(folder, iter(list(blocks(sample, count))))
    write_archive(folder, funding(sample, count), kind="misc_events_by_block")
    (folder / "clearinghouse_snapshot.jsonl").write_text("\n".join(sample.snapshot) + "\n")
    return sample
