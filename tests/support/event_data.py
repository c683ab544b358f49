"""The event's real tables beside the repository, for tests that skip without them, and tiny ones written by hand."""

from pathlib import Path

import pytest

from unhedged.replay.loading import EventData, load_event

REAL = Path(__file__).parents[3] / "shared" / "data"


def real_event() -> EventData:
    """The event's data; the test is skipped where they are absent."""
    if not (REAL / "pluriholonomic_adl").is_dir():
        pytest.skip(
            "../shared/data/pluriholonomic_adl is absent: the event's tables are not part of the repository"
        )
    return load_event(REAL)


def write(folder: Path, file: str, *lines: str) -> Path:
    """Write lines to a file below a folder."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


COINS = "coin,adl_notional,closed_pnl,is_negative_equity,num_users,num_events"
SECONDS = "wave,t_ms,coin,adl_notional_usd"
SHOCKS = (
    "coin,cluster_id,t_start,deficit_usd,total_capacity_usd,"
    "budget_queue_usd,overshoot_queue_usd,residual_queue_usd"
)
REMOVALS = (
    "wave,t_start_ms,t_end_ms,t_eval_end_ms,deficit_usd,budget_needed_usd,budget_prod_usd,"
    "max_prod_haircut_usd,winners_equity_start_usd,winners_pnl_start_usd"
)
FILLS = (
    "user,coin,time,adl_price,adl_size,closed_pnl,position_size,entry_price,"
    "account_value_realtime,total_unrealized_pnl"
)
"""Headers of the tables that tests write."""
