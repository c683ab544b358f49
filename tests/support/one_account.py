"""The real Binance cross account of 10 October 2025, read from the collected data; nothing of it is kept here but retyped facts.

Legs, wallet movements and tiers are the data's. Binance's marks of the account's altcoins are not in the data, so there are
three readings of their path, each made of prices that are.
"""

import csv
import datetime
import gzip
import json
import statistics
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import exp, log
from pathlib import Path

from unhedged.replay.account import AccountReplay, Moment
from unhedged.venues.margining import Contract, Leg
from unhedged.venues.requirement import Schedule, Tier

DATA = Path(__file__).parents[3] / "shared" / "data"
CASE = DATA / "binance_account_case_20251010"
TIERS = DATA / "binance_leverage_tiers" / "binance_leverage_tiers.freqtrade-2025.9.1.json.gz"
BARS = DATA / "trades_20251010_derived" / "bars_1s_2000_2230.part_a.parquet"
WAVES = DATA / "derived_hl_waves" / "wave_coin_exec_price.part_a.csv"
BTC = DATA / "binance_public_20251010" / "BTCUSD_PERP-markPrice-1m-2025-10-10.csv.gz"

TICK, LOT, ATOMS = Fraction(1, 10**8), Fraction(1, 10**3), 10**6


def utc(clock: str) -> int:
    """Return seconds since 1970 of a time of 10 October 2025."""
    day = datetime.datetime.fromisoformat(f"2025-10-10T{clock}+00:00")
    return int(day.timestamp())


START, END = utc("21:05:02"), utc("21:22:00")  # from just after the last withdrawal
BASE = utc("20:50:00")
FIRST_WAVE = utc("21:16:05")

# A price the data state for a contract without a path of its own: the account's own last fill, or Hyperliquid's first wave.
ANCHORS = {
    "YGGUSDT": (utc("21:13:08"), 0.15),  # own fill
    "STBLUSDT": (utc("21:03:02"), 0.1413),  # own fill
    "BBUSDT": (utc("20:56:19"), 0.15),  # own fill
    "WIFUSDT": (utc("20:50:13"), 0.6605),  # own fill
    "WIFUSDC": (utc("20:50:13"), 0.6605),  # the same coin
    "WLDUSDC": (FIRST_WAVE, 0.89082),  # Hyperliquid's first wave
    "CRVUSDT": (FIRST_WAVE, 0.5373),  # Hyperliquid's first wave
}
SPOT = {  # contract: exchange, pair, units of the coin in one contract unit
    "DOGEUSDC": ("coinbase", "DOGE-USD", 1),
    "ENAUSDC": ("coinbase", "ENA-USD", 1),
    "1000BONKUSDC": ("coinbase", "BONK-USD", 1_000),
    "1000PEPEUSDC": ("coinbase", "PEPE-USD", 1_000),
    "SKYUSDT": ("binance", "SKYUSDT", 1),
}
COINBASE = ("AAVE", "ADA", "AVAX", "BCH", "BONK", "DOGE", "DOT", "ENA", "ETC", "LINK", "PEPE", "POL", "UNI", "XLM")  # fmt: skip
COIN_M = ("AAVE", "AVAX", "BCH", "DOT", "ETC", "TRX", "UNI", "XLM")
HYPERLIQUID = {
    "DOGEUSDC": "DOGE", "ENAUSDC": "ENA", "1000BONKUSDC": "kBONK", "1000PEPEUSDC": "kPEPE",
    "SKYUSDT": "SKY", "WLDUSDC": "WLD", "CRVUSDT": "CRV", "STBLUSDT": "STBL",
    "WIFUSDT": "WIF", "WIFUSDC": "WIF",
}  # fmt: skip


def present() -> bool:
    """Return whether the data are there."""
    return all(path.exists() for path in (CASE, TIERS, BARS, WAVES, BTC))


def legs() -> tuple[Leg, ...]:
    """Return the thirteen legs that were open when the liquidation began."""
    with (CASE / "positions_before_liquidation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with gzip.open(TIERS, "rt") as file:
        tables = json.load(file)
    return tuple(_leg(row, tables) for row in rows)


def _leg(row, tables) -> Leg:
    symbol = row["symbol"]
    quote = symbol[-4:]
    tiers = tuple(
        Tier(
            floor=round(tier["minNotional"] * ATOMS),
            mm_ppb=round(tier["maintenanceMarginRate"] * 10**9),
            deduct=round(float(tier["info"]["cum"]) * ATOMS),
            im_ppb=round(10**9 / tier["maxLeverage"]),
        )
        for tier in tables[f"{symbol[:-4]}/{quote}:{quote}"]
    )
    scale = TICK * LOT * ATOMS
    side = 1 if row["Position Side"] == "Long" else -1
    size, entry = Fraction(row["Max Open Interest"]), Fraction(row["Entry Price"])
    return Leg(
        contract=Contract(
            id=symbol,
            num=scale.numerator,
            den=scale.denominator,
            mark_milli=1,
            schedule=Schedule(tiers=tiers),
        ),
        pos=side * int(size / LOT),
        cost=side * int(size * entry * ATOMS),
    )


def movements() -> Callable[[int], int]:
    """Return what moved into the wallet, both dollars together, from the export's first row up to a second, atoms."""
    with gzip.open(CASE / "transactions.csv.gz", "rt") as file:
        rows = [
            (
                int(datetime.datetime.fromisoformat(row["Date(UTC)"] + "+00:00").timestamp()),
                int(Fraction(row["Amount"]) * 10**8),
            )
            for row in csv.DictReader(file)
        ]
    rows.sort()
    times = [t for t, _ in rows]
    totals = [0, *accumulate(amount for _, amount in rows)]
    return lambda t: totals[bisect_right(times, t)] // 100


Series = dict[int, float]


@dataclass(frozen=True)
class Prices:
    """Last trades by second, from 20:00, of every pair a reading needs."""

    by_pair: dict[tuple[str, str], Series]

    @classmethod
    def read(cls) -> "Prices":
        import polars as pl

        frame = pl.read_parquet(BARS).select("exchange", "symbol", "ts_ms", "close").sort("ts_ms")
        by_pair: dict[tuple[str, str], Series] = {}
        for exchange, symbol, ms, close in frame.iter_rows():
            by_pair.setdefault((exchange, symbol), {})[ms // 1_000] = close
        return cls({pair: filled(series) for pair, series in by_pair.items()})

    def relative(self, pairs: list[tuple[str, str]]) -> Series:
        """Median over pairs of the price relative to 20:50."""
        return {
            t: statistics.median(self.by_pair[p][t] / self.by_pair[p][BASE] for p in pairs)
            for t in range(BASE, END)
        }


def filled(series: Series) -> Series:
    """Carry the last trade forward over seconds without one."""
    last, out = None, {}
    for t in range(utc("20:00:00"), END):
        last = series.get(t, last)
        if last is not None:
            out[t] = last
    return out


def btc() -> Series:
    """Binance's mark of BTCUSD_PERP, straight lines between the closes of its minutes."""
    closes = {}
    with gzip.open(BTC, "rt") as file:
        for row in csv.DictReader(file):
            closes[int(row["open_time"]) // 1_000 + 60] = float(row["close"])
    out = {}
    for t in range(BASE, END):
        low = t - t % 60
        share = (t % 60) / 60
        out[t] = closes[low] * (1 - share) + closes[low + 60] * share
    return out


def by_index(prices: Prices) -> dict[str, Series]:
    """Spot elsewhere: Coinbase, and Binance spot for SKY; contracts without a pair move as the median of Coinbase's."""
    median = prices.relative([("coinbase", f"{coin}-USD") for coin in COINBASE])
    out = {
        name: {t: units * p for t, p in prices.by_pair[exchange, pair].items()}
        for name, (exchange, pair, units) in SPOT.items()
    }
    return out | {name: anchored(name, median) for name in ANCHORS}


def by_venue(prices: Prices) -> dict[str, Series]:
    """Perpetuals of the venue itself: every altcoin moves as the median of eight COIN-M perpetuals from its price at 20:50."""
    median = prices.relative([("binance-delivery", f"{coin}USD_PERP") for coin in COIN_M])
    spot = {
        name: prices.by_pair[exchange, pair][BASE] * units
        for name, (exchange, pair, units) in SPOT.items()
    }
    out = {name: {t: price * r for t, r in median.items()} for name, price in spot.items()}
    return out | {name: anchored(name, median) for name in ANCHORS}


def by_hyperliquid(prices: Prices) -> dict[str, Series]:
    """Perpetuals elsewhere: Hyperliquid's ADL prices, wave by wave; before the first as spot, after the last as COIN-M."""
    index, venue = by_index(prices), by_venue(prices)
    waves: dict[str, list[tuple[int, float]]] = {}
    with WAVES.open(newline="") as file:
        for row in csv.DictReader(file):
            t = round((int(row["t_start_ms"]) + int(row["t_end_ms"])) / 2_000)
            waves.setdefault(row["coin"], []).append((t, float(row["exec_vwap_usd"])))
    out = {
        name: joined([w for w in waves[coin] if w[0] < END], index[name], venue[name])
        for name, coin in HYPERLIQUID.items()
    }
    median = {
        t: statistics.median(out[name][t] / out[name][BASE + 60] for name in HYPERLIQUID)
        for t in range(BASE + 60, END)
    }
    return out | {name: anchored(name, median) for name in ("YGGUSDT", "BBUSDT")}


def joined(waves: list[tuple[int, float]], before: Series, after: Series) -> Series:
    """Before the first wave as ``before``, after the coin's last as ``after``, straight lines of the logarithm in between."""
    waves = sorted(waves)
    if waves[0][0] > FIRST_WAVE:
        waves = [(FIRST_WAVE, before[FIRST_WAVE]), *waves]
    last, stop = waves[-1]
    out = {}
    for t in range(BASE, END):
        if t < FIRST_WAVE:
            out[t] = before[t]
        elif t >= last:
            out[t] = stop * after[t] / after[last]
        else:
            n = max(i for i, (at, _) in enumerate(waves) if at <= t)
            (a, low), (b, high) = waves[n], waves[n + 1]
            out[t] = exp(log(low) + (log(high) - log(low)) * (t - a) / (b - a))
    return out


def anchored(name: str, median: Series) -> Series:
    """A price that moves as a median does, through the anchor."""
    at, price = ANCHORS[name]
    at = max(at, min(median))
    return {t: price * r / median[at] for t, r in median.items()}


READINGS: dict[str, Callable[[Prices], dict[str, Series]]] = {
    "spot elsewhere": by_index,
    "perpetuals elsewhere": by_hyperliquid,
    "perpetuals of the venue": by_venue,
}


def path(reading: str, prices: Prices) -> list[Moment]:
    """Return the account's path, second by second, in one reading of the marks."""
    series = READINGS[reading](prices) | {"BTCUSDT": btc()}
    moved = movements()
    return [
        Moment(
            t=t,
            marks={name: max(1, round(p[t] / TICK * 1_000)) for name, p in series.items()},
            moved=moved(t),
        )
        for t in range(START, END)
    ]


def replays() -> dict[str, AccountReplay]:
    """The account on its path, once a reading."""
    prices, held = Prices.read(), legs()
    return {name: AccountReplay(held, path(name, prices)) for name in READINGS}
