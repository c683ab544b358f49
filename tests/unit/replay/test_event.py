"""An event as a whole: from tables, from an archive, from little, and from nothing."""

import json

import numpy as np
import pytest
from tests.support import sample_archive as sample
from tests.support.event_data import SHOCKS, real_event, write

from unhedged.replay.archive.states import worth
from unhedged.replay.event import EVENTS, replay
from unhedged.replay.figures import by_id
from unhedged.report.replay import summary
from unhedged.report.replay_words import finding, show
from unhedged.vocab.errors import DataError, UnknownKind

EVENT = "hyperliquid-2025-10-10"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    return sample.small(folder), replay(EVENT, folder)


def test_unknown_event_is_a_question(tmp_path):
    with pytest.raises(UnknownKind, match=r'Did you mean "hyperliquid-2025-10-10"'):
        replay("hyperliquid-2025-10-11", tmp_path)


def test_folder_without_anything_of_the_event_is_refused(tmp_path):
    write(tmp_path, "notes.txt", "nothing")
    with pytest.raises(DataError, match="nothing of the event"):
        replay(EVENT, tmp_path)


def test_everything_is_plain_data_without_infinities():
    found = replay(EVENT, real_event().listing.root).to_json()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found
    assert {"figures", "corrections", "checks", "not_computed", "waves", "wave_coins"} <= set(found)
    assert len(found["waves"]) == 16


def test_one_table_gives_what_it_can_and_says_what_it_cannot(tmp_path):
    write(tmp_path, "per_shock_metrics_queue.csv", SHOCKS, "BTC,1,x,2,10,5,3,0")
    found = replay(EVENT, tmp_path)
    assert by_id(found.findings.figures)["queue_net"].value == 3.0
    assert any("removals" in gap.why for gap in found.findings.gaps)
    assert "Lacking" in summary(found.to_json())


def test_archive_alone_is_reconstructed(archive):
    truth, found = archive
    figures = by_id(found.findings.figures)
    assert figures["archive_adl"].value == len(truth.adl)
    assert figures["archive_winners"].value == len({winner for _, _, winner, _, _ in truth.adl})
    assert figures["archive_legs"].value == 2 * (len(truth.adl) + 8)
    assert found.problems == []


def test_waves_of_the_archive_hold_every_adl_fill_once(archive):
    truth, found = archive
    rows = found.findings.rows["archive_waves"]
    assert sum(row["fills"] for row in rows) == len(truth.adl)
    assert [row["t_start_ms"] for row in rows] == sorted({t for t, *_ in truth.adl})
    signed = sum(row["needed_signed"] for row in rows)
    assert signed == pytest.approx(by_id(found.findings.figures)["archive_needed_signed"].value)


def test_true_need_is_the_worst_equity_of_each_bankrupt_account(archive):
    # Summed position by position at each wave's first fill, with the ADL price for the coin that is closed.
    _, found = archive
    one = found.archive
    worst = 0
    for _, first, _ in one.starts():
        at = int(one.forced.adl[first])
        account = one.rolled.names.accounts.index(sample.VAULT)
        equity = int(one.states.wallets(at)[account])
        for coin in range(len(one.rolled.names.coins)):
            held = one.states.holders(coin, at)
            mine = held.account == account
            if coin == one.rolled.fills.coin[at]:
                px = int(one.rolled.fills.ticks[at])
            else:
                traded = np.flatnonzero(one.rolled.fills.coin[:at] == coin)
                px = int(one.rolled.fills.ticks[traded[-1]])
            for lots, cost in zip(held.lots[mine], held.cost[mine], strict=True):
                value = worth(one.rolled, np.array([coin]), np.array([lots]), np.array([px]))
                equity += int(value[0]) - int(cost)
        worst = min(worst, equity)
    assert worst < 0
    need = by_id(found.findings.figures)["archive_true_need"]
    assert need.value == pytest.approx(-worst / 1e6, abs=1e-9)


def test_archive_without_a_snapshot_says_what_it_cannot_know(tmp_path):
    sample.small(tmp_path)
    (tmp_path / "clearinghouse_snapshot.jsonl").unlink()
    found = replay(EVENT, tmp_path)
    assert found.findings.figure("archive_true_need") is None
    assert any("no snapshot of cash" in gap.why for gap in found.findings.gaps)
    assert found.findings.figure("archive_needed") is not None


def test_screen_says_the_finding_first_and_shortens_nothing_wrong():
    found = replay(EVENT, real_event().listing.root).to_json()
    lines = summary(found).splitlines()
    assert lines[0] == f"{EVENT} · {EVENTS[EVENT]}"
    assert lines[2].startswith("  $45M was taken from winners beyond need in 16 waves")
    assert max(len(line) for line in lines) <= 112
    assert "$15,079,670" in summary(found)
    assert "$60,108,335" in summary(found)


def test_finding_of_tables_that_do_not_say_it():
    nothing = {"figures": [], "waves": []}
    assert "not in the folder" in finding(nothing)


def test_finding_of_too_little_says_so(archive):
    _, found = archive
    assert found.findings.figure("archive_overshoot.0_ms").value < 0
    assert "less was taken from winners than was needed in 8 waves of your archive" in finding(
        found.to_json()
    )


def test_rounding_dust_is_shown_as_nothing():
    assert show(1.7e-8, "usd") == "$0"
    assert show(0.25, "share") == "25%"
    assert show(90.0, "s") == "90.0 s"
    assert show(1_395.9, "s") == "23.3 min"


def test_removed_from_winners_is_summed_over_accounts_a_second_way(archive):
    # Wave by wave: what each closed short would have had at the last unforced trade until the wave's last fill.
    truth, found = archive
    one = found.archive
    names, fills = one.rolled.names, one.rolled.fills
    plain = fills.words["liquidated"].is_null().to_numpy()
    times = fills.words["time"].to_numpy()
    total = 0.0
    for t in sorted({t for t, *_ in truth.adl}):
        lost: dict[str, float] = {}
        for when, name, winner, lots, ticks in truth.adl:
            if when == t:
                coin = names.coins.index(name)
                last = np.flatnonzero(plain & (fills.coin == coin) & (times <= t))[-1]
                unit = 10.0 ** -int(names.lot_places[coin] + names.tick_places[coin])
                gain = -lots * (int(fills.ticks[last]) - ticks) * unit
                lost[winner] = lost.get(winner, 0.0) + gain
        total += sum(max(0.0, value) for value in lost.values())
    figures = by_id(found.findings.figures)
    assert figures["archive_removed"].value == pytest.approx(total)
    over = figures["archive_overshoot.0_ms"].value
    assert over == pytest.approx(total - figures["archive_needed"].value)


def test_removals_of_waves_add_up(archive):
    _, found = archive
    rows = found.findings.rows["archive_removals"]
    figures = by_id(found.findings.figures)
    assert sum(row["removed"] for row in rows) == pytest.approx(figures["archive_removed"].value)
    for row in rows:
        assert row["removed"] == pytest.approx(row["execution"] + row["drift"])


@pytest.mark.parametrize("content", [b"", b"not packed at all", None])
def test_archive_without_adl_fills_has_no_waves_and_stops_nothing_else(tmp_path, content):
    truth = sample.Sample(accounts=[f"0x{n:040x}" for n in range(1, 11)])
    truth.open()
    hour_before = sample.write_archive(tmp_path, iter(list(sample.blocks(truth, 20))), hour=20)
    if content is not None:
        hour_before.write_bytes(content)
    write(tmp_path, "per_shock_metrics_queue.csv", SHOCKS, "BTC,1,x,2,10,5,3,0")
    found = replay(EVENT, tmp_path)
    figures = by_id(found.findings.figures)
    assert figures["queue_net"].value == 3.0
    assert found.archive.starts() == []
    assert figures["archive_adl"].value == 0
    assert (figures["archive_fills"].value > 0) == (content is None)
    assert not {"archive_needed", "archive_removed", "archive_overshoot.0_ms"} & set(figures)
    assert any(gap.why == "no ADL fills in the archive" for gap in found.findings.gaps)
    assert "no ADL fills in the archive" in summary(found.to_json())
