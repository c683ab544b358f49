"""Small made-up answers in exactly the form in which venues give them."""

import json
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
"""Collected answers of real venues, beside the repository; not part of it."""

BRACKETS = (
    (0, 20_000, 75, "0.01", 0),
    (20_000, 200_000, 50, "0.015", 100),
    (200_000, 500_000, 25, "0.02", 1_100),
)
"""Floor, cap, leverage, maintenance rate, cum."""


def binance_raw(*names: str) -> list[dict[str, Any]]:
    """``leverageBracket`` as the venue answers it."""
    return [
        {
            "symbol": name,
            "brackets": [
                {
                    "bracket": n,
                    "initialLeverage": leverage,
                    "notionalCap": cap,
                    "notionalFloor": floor,
                    "maintMarginRatio": float(rate),
                    "cum": float(cum),
                }
                for n, (floor, cap, leverage, rate, cum) in enumerate(BRACKETS, 1)
            ],
        }
        for name in names or ("AAAUSDT", "BBBUSDC")
    ]


def binance_ccxt(*names: str) -> dict[str, list[dict[str, Any]]]:
    """``leverageBracket`` as ccxt keeps it."""
    return {
        name: [
            {
                "tier": float(n),
                "symbol": name,
                "currency": "USDT",
                "minNotional": float(floor),
                "maxNotional": float(cap),
                "maintenanceMarginRate": float(rate),
                "maxLeverage": float(leverage),
                "info": {
                    "bracket": str(n),
                    "initialLeverage": str(leverage),
                    "notionalCap": str(cap),
                    "notionalFloor": str(floor),
                    "maintMarginRatio": rate,
                    "cum": f"{float(cum)}",
                },
            }
            for n, (floor, cap, leverage, rate, cum) in enumerate(BRACKETS, 1)
        ]
        for name in names or ("AAA/USDT:USDT", "BBB/USDC:USDC")
    }


def exchange_info(*names: str) -> dict[str, Any]:
    """``exchangeInfo`` of Binance, shortened."""
    return {
        "symbols": [
            {
                "symbol": name,
                "filters": [
                    {"filterType": "PRICE_FILTER", "tickSize": "0.10", "minPrice": "1"},
                    {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001"},
                ],
            }
            for name in names or ("AAAUSDT",)
        ]
    }


def hyperliquid_meta() -> dict[str, Any]:
    """``meta`` of Hyperliquid: one coin with a listed table, one whose table is its leverage."""
    return {
        "universe": [
            {"szDecimals": 5, "name": "AAA", "maxLeverage": 25, "marginTableId": 55},
            {
                "szDecimals": 0,
                "name": "kBBB",
                "maxLeverage": 3,
                "marginTableId": 3,
                "onlyIsolated": True,
            },
        ],
        "marginTables": [
            [50, {"description": "", "marginTiers": [{"lowerBound": "0.0", "maxLeverage": 50}]}],
            [
                55,
                {
                    "description": "tiered 25x",
                    "marginTiers": [
                        {"lowerBound": "0.0", "maxLeverage": 25},
                        {"lowerBound": "100000000.0", "maxLeverage": 15},
                    ],
                },
            ],
        ],
        "collateralToken": 0,
    }


def okx_tiers() -> dict[str, Any]:
    """``position-tiers`` of one OKX family."""
    rows = (("1", "0", "3000", "0.004", "0.008", "125"), ("2", "3001", "6000", "0.005", "0.01", "100"),
            ("3", "6001", "12000", "0.01", "0.015", "66.66"))  # fmt: skip
    return {
        "code": "0",
        "msg": "",
        "data": [
            {
                "baseMaxLoan": "",
                "imr": imr,
                "instFamily": "AAA-USDT",
                "instId": "",
                "maxLever": lever,
                "maxSz": high,
                "minSz": low,
                "mmr": mmr,
                "optMgnFactor": "0",
                "quoteMaxLoan": "",
                "tier": tier,
                "uly": "AAA-USDT",
            }
            for tier, low, high, mmr, imr, lever in rows
        ],
    }


def okx_instruments() -> dict[str, Any]:
    """``public/instruments`` of OKX swaps: a linear one and an inverse one."""
    return {
        "code": "0",
        "msg": "",
        "data": [
            {
                "instType": "SWAP",
                "instId": f"AAA-{quote}-SWAP",
                "instFamily": f"AAA-{quote}",
                "ctType": kind,
                "ctVal": "0.1",
                "ctMult": "1",
                "ctValCcy": "AAA",
                "settleCcy": settle,
                "tickSz": "0.01",
                "lotSz": "0.1",
            }
            for quote, kind, settle in (("USDT", "linear", "USDT"), ("USD", "inverse", "AAA"))
        ],
    }


def bybit_limits(*names: str, deductions: bool = True) -> dict[str, Any]:
    """``risk-limit`` of Bybit."""
    rows = (("2000000", "0.005", "0.01", "100.00", ""), ("2600000", "0.0056", "0.0112", "90.00", "1200"),
            ("3200000", "0.0063", "0.0126", "80.00", "3020"))  # fmt: skip
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": {
            "category": "linear",
            "list": [
                {
                    "id": n,
                    "symbol": name,
                    "riskLimitValue": limit,
                    "maintenanceMargin": mm,
                    "initialMargin": im,
                    "isLowestRisk": int(n == 1),
                    "maxLeverage": leverage,
                    "mmDeduction": deduct if deductions else "",
                }
                for name in names or ("AAAUSDT", "BBBPERP")
                for n, (limit, mm, im, leverage, deduct) in enumerate(rows, 1)
            ],
            "nextPageCursor": "",
        },
        "retExtInfo": {},
        "time": 1760000000000,
    }


def bybit_instruments(*names: str) -> dict[str, Any]:
    """``instruments-info`` of Bybit, shortened."""
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": {
            "category": "linear",
            "list": [
                {
                    "symbol": name,
                    "priceFilter": {"tickSize": "0.50"},
                    "lotSizeFilter": {"qtyStep": "0.001"},
                }
                for name in names or ("AAAUSDT",)
            ],
            "nextPageCursor": "",
        },
    }


ANSWERS: dict[str, tuple[Any, Any]] = {
    "binance raw": (binance_raw(), None),
    "binance ccxt": (binance_ccxt(), None),
    "binance exchangeInfo": (binance_raw(), exchange_info()),
    "hyperliquid meta": (hyperliquid_meta(), None),
    "hyperliquid metaAndAssetCtxs": ([hyperliquid_meta(), [{"funding": "0.0"}]], None),
    "okx": (okx_tiers(), okx_instruments()),
    "bybit": (bybit_limits(), None),
    "bybit instruments": (bybit_limits(), bybit_instruments()),
}
"""Venue and form: answer, answer about instruments."""


def save(folder: Path, data: Any, name: str = "answer.json") -> Path:
    """Write ``data`` as JSON into ``folder``."""
    path = folder / name
    path.write_text(
        data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), "utf-8"
    )
    return path
