"""A market small enough to run in a second: one perpetual, one spot book, a few of each kind of agent."""

from typing import Any

TINY: dict[str, Any] = {
    "schema": 1,
    "name": "tiny",
    "base": "btc-cascade",
    "run": {"duration": "40m", "seed": 3, "replicates": 1, "record_every": "10s"},
    "agent": [
        {"id": "longs", "count": 1000},
        {"id": "shorts", "count": 250},
        {"id": "desk", "count": 6},
    ],
}


def with_agent(**block: Any) -> dict[str, Any]:
    """Return the tiny market with one more block of agents."""
    return {**TINY, "agent": [*TINY["agent"], block]}
