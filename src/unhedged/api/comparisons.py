"""Twins side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from unhedged.api.results import Results
from unhedged.vocab.errors import ResultsError

if TYPE_CHECKING:
    from unhedged.lab.amplification import Amplified
    from unhedged.lab.compare import Difference


class Comparison:
    """Twins side by side: what was changed, and what it did."""

    def __init__(self, base: Results, other: Results, changes: list[tuple[str, Any, Any]]) -> None:
        self.base, self.other, self.changes = base, other, changes

    def differences(self) -> "list[Difference]":
        """Return the paired difference of every headline measure, with its 95 % interval."""
        from unhedged.lab.compare import paired
        from unhedged.report.screen import measures

        base, other = self.base.rows(), self.other.rows()
        return paired(base, other, measures([*base, *other]))

    def table(self, measure: str) -> "Difference":
        """Return the paired difference of one measure."""
        for difference in self.differences():
            if difference.measure == measure:
                return difference
        raise ResultsError(f'There is no measure "{measure}" in both runs.')

    def ladders(self) -> list[tuple[str, str]]:
        """Return venue and first step that differs, for each venue whose liquidations take other steps."""
        from unhedged.report.twins import ladders

        return ladders(self.changes)

    def amplification(self) -> "list[Amplified]":
        """Return by how much the liquidation engine multiplied each fall: twins with it on and off; nothing when they differ otherwise."""
        from unhedged.lab.amplification import amplified, base_is_on

        on = base_is_on(self.changes)
        if on is None:
            return []
        base, other = self.base.rows(), self.other.rows()
        return amplified(base, other) if on else amplified(other, base)

    def summary(self) -> str:
        """Return what was changed, where ladders part, the table of differences, and what the engine amplified where it was switched."""
        from unhedged.report.twins import amplification, summary

        told = summary(self.changes, self.differences())
        return "\n".join([told, *amplification(self.amplification())])

    def report(self, out: str | Path | None = None) -> Path:
        """Write one HTML page of the comparison, and return where it is.

        Parameters
        ----------
        out : path
            The file; ``compare-<folder of the base>.html`` in the folder of the changed run when left out.

        Raises
        ------
        ResultsError
            The runs share no replicate, or the file cannot be written.
        """
        from unhedged.report.page.render import write
        from unhedged.report.twins_page import twins_page

        differences = self.differences()
        if not differences:
            raise ResultsError(
                f"{self.base.path} and {self.other.path} share no finished replicate.",
                hint="Run both with the same seed and number of replicates.",
            )
        page = twins_page(
            changes=self.changes,
            differences=differences,
            base=self.base.rows(),
            other=self.other.rows(),
            manifests=(self.base.manifest(), self.other.manifest()),
            amplified=self.amplification(),
        )
        default = self.other.path / f"compare-{self.base.path.name}.html"
        return write(page, default if out is None else Path(out))

    @classmethod
    def of(cls, base: Results, other: Results) -> Self:
        """Return the comparison of two results folders, with the differences of their plans."""
        from unhedged.results.reading import plan_of
        from unhedged.scenario.plan import diff_plain

        return cls(base, other, diff_plain(plan_of(base.path), plan_of(other.path)))

    def __repr__(self) -> str:
        """Return one line."""
        return f"<comparison of {self.base.path.name} and {self.other.path.name}>"


def compare(base: Results, other: Results) -> Comparison:
    """Return two runs side by side, paired by replicate.

    Replicates of equal number share their randomness when the seeds are equal, so their difference is the effect of what
    was changed.
    """
    return Comparison.of(base, other)
