"""The budget of a run in words."""

from unhedged.report.profile import profile

CHECKS = {
    "events.wake": 600,
    "events.message": 300,
    "events.settle_transfer": 100,
    "events.vault": 0,
    "margin_checks": 12_345,
    "looks.deciding": 75,
    "looks.margin": 25,
    "looks.clearing": 0,
    "watched_events": 1_000,
    "loop_ms": 2_000,
    "build_ms": 300,
    "tables_ms": 4_000,
}


def test_largest_comes_first_and_nothing_without_events_is_shown():
    lines = profile(CHECKS, 10.0).splitlines()
    assert lines[0] == "Time in the loop, 2.0 s of CPU, 100 looks"
    assert lines[1].split() == ["deciding", "75.0%", "1.50", "s"]
    assert lines[2].split() == ["margin", "25.0%", "0.50", "s"]
    assert lines[3].strip() == "500 events/s"
    rows = [line.split() for line in lines[7:]]
    assert rows == [
        ["wake", "600", "60.0%", "60.00"],
        ["message", "300", "30.0%", "30.00"],
        ["settle", "transfer", "100", "10.0%", "10.00"],
        ["all", "1,000", "100.0%", "100.00"],
        ["margin", "checks", "12,345"],
    ]


def test_events_are_counted_where_nobody_watched():
    seen = {name: n for name, n in CHECKS.items() if name.startswith("events.")}
    text = profile(seen, 10.0)
    assert "--profile" in text
    assert "60.00" in text
    assert "looks" not in text
