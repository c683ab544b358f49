"""The functions behind the public names; the command line is these calls and nothing more.

Nothing prints, nothing is imported before it is needed, results are handles on a folder and safe to reopen.
"""

from unhedged.api.calibrations import Calibrated, calibrate
from unhedged.api.comparisons import Comparison, compare
from unhedged.api.positions import Position, position
from unhedged.api.replays import Replay, replay_event
from unhedged.api.results import Results, open_results
from unhedged.api.runs import KEEPS, load, run, scenarios
from unhedged.api.scoring import experiments
from unhedged.api.studies import Study, ablate

__all__ = [
    "KEEPS",
    "Calibrated",
    "Comparison",
    "Position",
    "Replay",
    "Results",
    "Study",
    "ablate",
    "calibrate",
    "compare",
    "experiments",
    "load",
    "open_results",
    "position",
    "replay_event",
    "run",
    "scenarios",
]
