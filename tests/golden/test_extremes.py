"""Crowds that act all at once, in the checked build: a write past the end of a table would end it with the table's name."""

import os
import subprocess
import sys

import pytest

ALL_AT_ONCE = {
    "agent.desk.count": "3000",
    "agent.desk.capital": "$100_000",
    "agent.longs.count": "30000",
    "agent.longs.panic.share": "60%",
    "agent.longs.panic.nearest": "3%",
    "agent.longs.panic.distance": "0.01%",
    "agent.longs.stop.share": "60%",
    "agent.longs.stop.nearest": "3%",
    "agent.longs.stop.distance": "0.01%",
    "agent.longs.top_up.share": "100%",
    "agent.longs.top_up.at": "100",
    "agent.longs.top_up.amount": "0.001%",
    "run.duration": "24m",
    "run.record_every": "30s",
}
"""Three thousand recorded desks, eighteen thousand panics and stops within a hundredth of a percent, a top-up for everybody."""


@pytest.mark.slow
def test_everybody_at_once_stays_inside_every_table(tmp_path) -> None:
    changes = [part for path, value in ALL_AT_ONCE.items() for part in ("--set", f"{path}={value}")]
    command = [
        sys.executable,
        "-m",
        "unhedged",
        "run",
        "btc-cascade",
        "--replicates",
        "1",
        "--workers",
        "1",
        "-q",
    ]
    done = subprocess.run(
        [*command, "--keep", "all", "--out", str(tmp_path), *changes],
        env={**os.environ, "UNHEDGED_CHECKED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Ledger: balanced to the atom" in done.stdout
