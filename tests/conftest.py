"""Set the checked build of the kernels before anything compiles, and order tests fast first."""

import os

os.environ["UNHEDGED_CHECKED"] = "1"

import pytest
from hypothesis import HealthCheck, settings

# The first call of a compiled function takes seconds; a deadline would blame the example.
# In CI the same examples every time: a change is judged by itself, not by luck. On a desk new ones each time; what they find
# becomes an example of its own.
_COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    "print_blob": True,
}
settings.register_profile("desk", **_COMMON)
settings.register_profile("ci", derandomize=True, **_COMMON)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

ORDER = ("unit", "ui", "stories", "properties", "differential", "golden", "statistical")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> tuple[bool, int]:
        room = item.path.relative_to(item.config.rootpath / "tests").parts[0]
        return item.get_closest_marker("slow") is not None, (
            ORDER.index(room) if room in ORDER else len(ORDER)
        )

    items.sort(key=rank)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests count: examples, tiers, stories, boundaries."""
    for report in terminalreporter.getreports("passed"):
        for name, words in getattr(report, "user_properties", ()):
            terminalreporter.write_line(f"{name}: {words}")
