"""The rows of the scorecard that need experiments of their own, or quiet days, instead of a run."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from unhedged.engine.running import Step
    from unhedged.lab.scorecard import Scorecard

DAY = "october-2025"
"""The scenario whose target file holds those rows."""


def experiments(
    *,
    card: "Scorecard | None" = None,
    short: bool = False,
    progress: "Callable[[Step], None] | None" = None,
) -> "Scorecard":
    """Run the experiments, one after the other in this process, and return their rows, or a run's scorecard with them.

    Parameters
    ----------
    card : Scorecard
        What `Results.score` gave; without it the rows of experiments stand alone.
    short : bool
        Every experiment on a sample too small for its verdict to mean much: to see that all run.
    progress : callable
        Called after each simulation.
    """
    from unhedged.engine.running import Step
    from unhedged.lab import experiments as lab
    from unhedged.lab import scorecard, targets

    size = lab.QUICK if short else lab.FULL
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(Step(done=done, total=size.runs, share=0.0))

    found = lab.run(size, tick)
    if card is not None:
        return scorecard.with_experiments(card, found)
    return scorecard.only_experiments(targets.load(DAY), found)
