"""The event's published tables: under which name they come, which columns they must have, and how many rows are the whole.

Sources: pluriholonomic/autodeleveraging-analysis (MIT), ConejoCapital/HyperMultiAssetedADL, HyperReplay, HyperAnalyzeADL,
ADLVisualizer and HyperFireworks, as of November 2026. Row counts of whole tables are those of the originals. None of the
tables comes with this package: a user brings them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from unhedged.replay.figures import Basis

TEXT, NUMBER, WHOLE, FLAG = "text", "number", "whole", "flag"
MONEY = NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table of the event.

    Attributes
    ----------
    name : str
        What this room calls it.
    stem : str
        Regular expression of the file's name, without parts and extensions.
    columns : mapping
        Required columns and their kinds: ``text``, ``number`` (finite), ``whole`` or ``flag``. More columns may be there.
    optional : mapping
        Columns that are read where they are there; cells may be empty.
    key : tuple of str
        Columns that name a row; no two rows may share them. Empty: no two rows may be alike.
    whole : int or None
        Rows of the whole table; None where that is not known.
    basis : Basis or None
        Reconstruction it rests on; None where a file's neighbours or folder must tell.
    says : str
        What it holds, for people.
    """

    name: str
    stem: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    whole: int | None
    basis: Basis | None
    says: str
    optional: Mapping[str, str] = field(default_factory=dict)

    def fits(self, stem: str) -> bool:
        """Whether a file of this stem is a part of the table."""
        return re.fullmatch(self.stem, stem) is not None


def _usd(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, MONEY)


POLICIES = (
    "prod",
    "pr",
    "pnl_pr",
    "eq_pr",
    "vector",
    "contract_pr",
    "fixed_point_ilp_integer",
)
"""Policies of the published table, by its own names."""

WAVE = {"wave": WHOLE, "t_start_ms": WHOLE, "t_end_ms": WHOLE}

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="deficits",
        stem="bad_debt_loser_waves",
        columns={
            **WAVE,
            "n_rows": WHOLE,
            "unique_losers": WHOLE,
            **_usd("deficit_usd", "max_loss_usd"),
        },
        key=("wave",),
        whole=16,
        basis=Basis.BEFORE,
        says="deficit and largest loser of each wave",
    ),
    TableSpec(
        name="removals",
        stem="two_pass_equity_delta_by_wave",
        columns={
            **WAVE,
            "t_eval_end_ms": WHOLE,
            **_usd("deficit_usd", "budget_needed_usd", "budget_prod_usd", "max_prod_haircut_usd"),
            **_usd("winners_equity_start_usd", "winners_pnl_start_usd"),
        },
        key=("wave", "t_eval_end_ms"),
        whole=80,
        basis=Basis.BEFORE,
        says="needed and removed by wave, at five horizons",
    ),
    TableSpec(
        name="sweep",
        stem="eval_horizon_sweep_gap_ms-5000",
        columns={
            "eval_horizon_ms": WHOLE,
            **_usd("total_budget_needed_usd", "total_H_prod_usd"),
            **_usd("total_overshoot_prod_minus_needed_usd"),
        },
        key=("eval_horizon_ms",),
        whole=5,
        basis=Basis.BEFORE,
        says="totals at five horizons",
    ),
    TableSpec(
        name="policies",
        stem="policy_per_wave_metrics",
        columns={
            "wave": WHOLE,
            "budget_needed": MONEY,
            **{f"budget_{name}": MONEY for name in POLICIES},
            **{f"max_pct_{name}": NUMBER for name in POLICIES},
            "total_cap": MONEY,
            "fixed_point_ilp_scale": NUMBER,
            "deficit_usd": MONEY,
        },
        optional={f"rd_nse_{name}": NUMBER for name in POLICIES},
        key=("wave",),
        whole=16,
        basis=Basis.BEFORE,
        says="seven policies on each wave",
    ),
    TableSpec(
        name="shocks",
        stem="per_shock_metrics_queue",
        columns={
            "coin": TEXT,
            "cluster_id": WHOLE,
            "t_start": TEXT,
            **_usd("deficit_usd", "total_capacity_usd", "budget_queue_usd"),
            **_usd("overshoot_queue_usd", "residual_queue_usd"),
        },
        key=("coin", "cluster_id"),
        whole=1_125,
        basis=Basis.AFTER,
        says="profit closed and deficit by coin and shock",
    ),
    TableSpec(
        name="wave_coins",
        stem="two_pass_wave_coin_gap_per_contract",
        columns={
            **WAVE,
            "coin": TEXT,
            **_usd("gap_usd_x_qty", "qty_contracts", "gap_per_contract_usd"),
        },
        key=("wave", "coin"),
        whole=728,
        basis=Basis.FILLS,
        says="coins closed and gap between mark and execution, by wave and coin",
    ),
    TableSpec(
        name="reactions",
        stem="per_user_reaction_metrics",
        columns={"user": TEXT, "n_adl_events": WHOLE},
        optional={"median_latency_ms": NUMBER},
        key=("user",),
        whole=19_351,
        basis=Basis.FILLS,
        says="what accounts did after they were closed",
    ),
    TableSpec(
        name="strategic",
        stem="strategic_accounts",
        columns={"user": TEXT, "n_adl_events": WHOLE},
        optional={"median_latency_ms": NUMBER},
        key=("user",),
        whole=31,
        basis=Basis.FILLS,
        says="accounts that re-hedged",
    ),
    TableSpec(
        name="passive",
        stem="passive_accounts",
        columns={"user": TEXT, "n_adl_events": WHOLE},
        optional={"median_latency_ms": NUMBER},
        key=("user",),
        whole=758,
        basis=Basis.FILLS,
        says="accounts that did not",
    ),
    TableSpec(
        name="coins",
        stem="adl_by_coin_REALTIME",
        columns={
            "coin": TEXT,
            **_usd("adl_notional", "closed_pnl"),
            "is_negative_equity": WHOLE,
            "num_users": WHOLE,
            "num_events": WHOLE,
        },
        key=("coin",),
        whole=162,
        basis=None,
        says="ADL fills by coin",
    ),
    TableSpec(
        name="users",
        stem="adl_by_user_REALTIME",
        columns={
            "user": TEXT,
            **_usd("adl_notional", "closed_pnl"),
            "leverage_realtime": NUMBER,
            "pnl_percent": NUMBER,
            "account_value_realtime": MONEY,
            "is_negative_equity": FLAG,
            "num_adl_events": WHOLE,
        },
        key=("user",),
        whole=19_337,
        basis=None,
        says="ADL fills by account",
    ),
    TableSpec(
        name="volumes",
        stem="adl_net_volume_full_12min",
        columns={
            "ticker": TEXT,
            **_usd("net_volume", "net_notional_usd", "total_pnl"),
            "num_adl_events": WHOLE,
        },
        key=("ticker",),
        whole=162,
        basis=Basis.FILLS,
        says="coins closed by coin",
    ),
    TableSpec(
        name="fills",
        stem=r"adl_detailed_.+",
        columns={
            "user": TEXT,
            "coin": TEXT,
            "time": WHOLE,
            **_usd("adl_price", "adl_size", "closed_pnl", "position_size"),
            **_usd("account_value_realtime", "total_unrealized_pnl"),
        },
        optional={"entry_price": NUMBER},
        key=(),
        whole=34_983,
        basis=None,
        says="single ADL fills: complete groups of one coin at one time",
    ),
    TableSpec(
        name="outliers",
        stem="high_leverage_outliers_analysis",
        columns={
            "user": TEXT,
            "coin": TEXT,
            "time": WHOLE,
            **_usd("adl_price", "adl_size", "closed_pnl", "position_size", "total_equity"),
        },
        optional={"entry_price": NUMBER},
        key=(),
        whole=None,
        basis=Basis.AFTER,
        says="single ADL fills with leverage above 40",
    ),
    TableSpec(
        name="seconds",
        stem="adl_notional_by_second_coin",
        columns={"wave": WHOLE, "t_ms": WHOLE, "coin": TEXT, "adl_notional_usd": MONEY},
        key=("t_ms", "coin"),
        whole=1_294,
        basis=Basis.FILLS,
        says="ADL notional by second and coin",
    ),
)


def stem_of(file: str) -> str:
    """Return a file's name without folder, part and extensions; ``=`` and ``-`` are one."""
    name = file.rsplit("/", 1)[-1].replace("=", "-")
    name = re.sub(r"\.(gz|csv|json)$", "", re.sub(r"\.(gz)$", "", name))
    return re.sub(r"\.part_\w+$", "", name)


def spec_of(file: str) -> TableSpec | None:
    """Return the table a CSV file is a part of, None of a file that is none of them."""
    if not re.search(r"\.csv(\.gz)?$", file):
        return None
    stem = stem_of(file)
    return next((spec for spec in TABLES if spec.fits(stem)), None)
