"""Measures of the day's scorecard by name: each takes one replicate and gives a number, or None where the run cannot say."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import polars as pl

from unhedged.measures import bursts, closed, levels, withdrawal
from unhedged.measures.day import SECOND, Day

Measure = Callable[[Day], float | None]


def _contract(day: Day, venue: str, asset: str) -> str | None:
    return day.instrument(venue, asset, perpetual=True)


def _btc(day: Day) -> str | None:
    return _contract(day, day.roles.cex, day.roles.btc)


def _eth(day: Day) -> str | None:
    return _contract(day, day.roles.cex, day.roles.eth)


def _mean(values: list[float | None]) -> float | None:
    found = [value for value in values if value is not None and np.isfinite(value)]
    return float(np.mean(found)) if found else None


def _over_thin(of: Callable[[Day, str], float | None]) -> Measure:
    # The mean over thin coins of what one measure says of each.
    return lambda day: _mean([of(day, asset) for asset in day.roles.thin])


def _thin_contract(measure: Callable[[Day, str | None], float | None]) -> Measure:
    return _over_thin(lambda day, asset: measure(day, _contract(day, day.roles.cex, asset)))


def _thin_spot(measure: Callable[[Day, str | None], float | None]) -> Measure:
    return _over_thin(
        lambda day, asset: measure(day, day.instrument(day.roles.spot, asset, perpetual=False))
    )


def _gap(day: Day, asset: str) -> float | None:
    spot = day.instrument(day.roles.spot, asset, perpetual=False)
    return levels.gap_length(day, _contract(day, day.roles.cex, asset), spot)


def _dollar(day: Day) -> float | None:
    # Lowest price at home over its level at the news, which is its par.
    name = day.instrument(day.roles.home, day.roles.dollar, perpetual=False)
    fall = levels.deepest(day, name)
    return None if fall is None else 1.0 + fall


def _contracts(day: Day, venue: str | None, asset: str | None) -> list[str]:
    names = day.series["instrument"].unique().to_list()
    return sorted(
        name
        for name in names
        if name.endswith("-PERP")
        and (venue is None or name.startswith(f"{venue}/"))
        and (asset is None or name.endswith(f"/{asset}-PERP"))
    )


def _books(day: Day, asset: str) -> list[str]:
    # Every book of an asset, contracts and spot.
    names = day.series["instrument"].unique().to_list()
    return sorted(name for name in names if name.split("/")[1] in (asset, f"{asset}-PERP"))


def _seconds(day: Day) -> float:
    return float(day.series["t_ns"].max() or 0) / SECOND  # type: ignore[arg-type]


def _long_share(day: Day) -> float | None:
    longs = day.liquidations.filter(day.liquidations["qty"] < 0)
    total = float(day.liquidations["notional"].sum())
    return float(longs["notional"].sum()) / total if total > 0 else None


def _onchain_adl_share(day: Day) -> float | None:
    return closed.adl_share(day.onchain_adl, day.onchain_liquidations)


def _first_takeover(day: Day) -> int | None:
    steps = day.onchain_liquidations
    taken = steps.filter(steps["step"] == "takeover")
    return None if taken.is_empty() else int(taken["t_ns"][0])


def _after_takeover(day: Day, share: float) -> float | None:
    first = _first_takeover(day)
    return None if first is None else bursts.reached_after(day.onchain_adl, first, share)


def _fund_draw(day: Day) -> float | None:
    found = day.path(_btc(day), "fund", smooth=False)
    if found is None or found[1][0] <= 0:
        return None
    return 1.0 - float(found[1][-1] / found[1][0])


def _funding(day: Day, instrument: str | None) -> float | None:
    found = day.path(instrument, "funding_rate", smooth=False)
    return None if found is None else float(found[1][-1])


def _worst_funding(day: Day) -> float | None:
    rates = [_funding(day, _contract(day, day.roles.cex, asset)) for asset in day.roles.thin]
    found = [rate for rate in rates if rate is not None]
    return min(found) if found else None


def _closes(measure: Callable[..., float | None]) -> Measure:
    return lambda day: measure(day.onchain_adl)


def _first_closes(day: Day) -> pl.DataFrame:
    return closed.first_closes(day.onchain_adl)


def _winners(measure: Callable[[pl.DataFrame], float | None]) -> Measure:
    # Of the accounts that ADL closed, as they stood before it.
    return lambda day: measure(day.once(_first_closes))


MEASURES: dict[str, Measure] = {
    "long share of liquidations": _long_share,
    "share of liquidations in the worst 40 minutes": lambda day: bursts.worst_share(
        day, _seconds(day)
    ),
    "rate inside over outside": lambda day: bursts.rate_ratio(day, _seconds(day)),
    "fall of BTC": lambda day: levels.deepest(day, _btc(day)),
    "fall of BTC spot": lambda day: levels.deepest(
        day, day.instrument(day.roles.spot, day.roles.btc, perpetual=False)
    ),
    "fall of ETH": lambda day: levels.deepest(day, _eth(day)),
    "fall of thin coins": _thin_contract(levels.deepest),
    "fall of thin spot": _thin_spot(levels.deepest),
    "recovered share": lambda day: levels.recovered(day, _btc(day)),
    "open interest of BTC": lambda day: levels.open_interest_change(
        day, _contracts(day, None, day.roles.btc), in_dollars=False
    ),
    "open interest of the on-chain venue": lambda day: levels.open_interest_change(
        day, _contracts(day, day.roles.onchain, None), in_dollars=True
    ),
    "ADL share of forced": _onchain_adl_share,
    "first takeover to first ADL": lambda day: _after_takeover(day, 0.0),
    "first burst share": _closes(bursts.first_burst_share),
    "half of ADL by": partial(_after_takeover, share=0.50),
    "84 % of ADL by": partial(_after_takeover, share=0.84),
    "98.5 % of ADL by": partial(_after_takeover, share=0.985),
    "vault share of counterparties": _closes(closed.vault_share),
    "leverage of those deleveraged": _winners(closed.median_leverage),
    "share of those in profit": _winners(closed.in_profit),
    "local price of the collateral dollar": _dollar,
    "scores ordered otherwise": _winners(closed.ordered_otherwise),
    "profit of those deleveraged": _winners(closed.median_profit),
    "equity over profit": _winners(closed.median_equity_over_profit),
    "prompt re-hedge": closed.prompt_latency,
    "late re-hedge": closed.late_latency,
    "draw on the fund": _fund_draw,
    "depth of BTC": lambda day: withdrawal.left(day, _books(day, day.roles.btc)),
    "depth of thin coins": _over_thin(lambda day, asset: withdrawal.left(day, _books(day, asset))),
    "time of least depth": lambda day: withdrawal.least_at(day, _btc(day)),
    "depth half back": lambda day: withdrawal.back_at(day, _btc(day)),
    "funding of BTC": lambda day: _funding(day, _btc(day)),
    "worst funding of thin coins": _worst_funding,
    "first leg": lambda day: levels.first_leg(day, _btc(day)),
    "level after 20 minutes": lambda day: levels.level_at(day, _btc(day), 1200.0),
    "time of BTC's low": lambda day: levels.deepest_at(day, _btc(day)),
    "time of thin coins' low": _thin_contract(levels.deepest_at),
    "length of the thin gap": _over_thin(_gap),
    "bids after 20 minutes": lambda day: withdrawal.bids_at(day, _btc(day), 1200.0),
    "level after 80 minutes": lambda day: levels.level_at(day, _btc(day), 4800.0),
}
"""Names in the target file."""


def measured(day: Day, names: Iterable[str]) -> dict[str, float | None]:
    """Return measures of a day by name; None where there is none, or no finite number."""
    found = {name: MEASURES[name](day) for name in names}
    return {
        name: value if value is not None and np.isfinite(value) else None
        for name, value in found.items()
    }
