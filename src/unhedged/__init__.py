"""Rebuild a perpetual-futures market from its parts, crash it, and see who is left unhedged.

>>> import unhedged
>>> scenario = unhedged.load("btc-cascade")
>>> print(scenario.show())
>>> results = unhedged.run(scenario, replicates=20, seed=7)
>>> results.table("liquidations")
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from unhedged.api import (
        Calibrated,
        Comparison,
        Position,
        Replay,
        Results,
        calibrate,
        compare,
        experiments,
        load,
        open_results,
        position,
        replay_event,
        run,
        scenarios,
    )
    from unhedged.venues.importing.importer import import_rules
    from unhedged.vocab.errors import UnhedgedError
    from unhedged.vocab.registry import register

_HOMES = {
    "Comparison": "unhedged.api",
    "Calibrated": "unhedged.api",
    "Position": "unhedged.api",
    "Replay": "unhedged.api",
    "Results": "unhedged.api",
    "UnhedgedError": "unhedged.vocab.errors",
    "calibrate": "unhedged.api",
    "compare": "unhedged.api",
    "experiments": "unhedged.api",
    "import_rules": "unhedged.venues.importing.importer",
    "load": "unhedged.api",
    "open_results": "unhedged.api",
    "position": "unhedged.api",
    "register": "unhedged.vocab.registry",
    "replay_event": "unhedged.api",
    "run": "unhedged.api",
    "scenarios": "unhedged.api",
}

__all__ = [
    "Calibrated",
    "Comparison",
    "Position",
    "Replay",
    "Results",
    "UnhedgedError",
    "__version__",
    "calibrate",
    "compare",
    "experiments",
    "import_rules",
    "load",
    "open_results",
    "position",
    "register",
    "replay_event",
    "run",
    "scenarios",
]


def __getattr__(name: str) -> Any:
    """Import a public name the first time it is used, so that ``import unhedged`` costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'unhedged' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - after the check

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
