"""A handle on a results folder: tables, figures, scorecard, page."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from unhedged.vocab.errors import ResultsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import polars as pl

    from unhedged.lab.scorecard import Measures, Scorecard
    from unhedged.report.page.parts import Figure
    from unhedged.results.store import Store

REPORT = "report.html"


class Results:
    """A handle on a results folder, or on some of its replicates. Reading is lazy; nothing is changed."""

    def __init__(self, store: "Store", asked: range | None = None) -> None:
        self._store, self._asked = store, asked

    @property
    def path(self) -> Path:
        """The folder."""
        return self._store.path

    @property
    def replicates(self) -> list[int]:
        """Numbers of the finished replicates, of those asked for where a run asked for some."""
        found = self._store.finished()
        return found if self._asked is None else [n for n in found if n in self._asked]

    @property
    def beyond(self) -> int:
        """How many finished replicates the folder holds that were not asked for."""
        return len(self._store.finished()) - len(self.replicates)

    def rows(self) -> list[dict[str, Any]]:
        """Return the headline measures, one mapping per replicate."""
        return [self._store.row(n) for n in self.replicates]

    def table(
        self, name: str, *, replicate: int | None = None, columns: "Collection[str] | None" = None
    ) -> "pl.DataFrame":
        """Return a table as a polars frame.

        Parameters
        ----------
        name : str
            ``series``, ``liquidations``, ``adl``, ``desks``, ``transfers``, ``accounts``, ``positions``, ``fills`` or ``replicates``.
        replicate : int
            One replicate; all of :attr:`replicates`, with a column ``replicate``, when left out.
        columns : collection of str
            The only ones to read, ``utc`` among them where it is wanted; all when left out.
        """
        return self._store.table(name, replicate, of=self.replicates, columns=columns)

    def summary(self) -> str:
        """Return the finding, for one replicate the desk it hit worst, and the table of headline measures."""
        from unhedged.report.screen import keeping, summary
        from unhedged.report.story import worst_desk

        rows, only = self.rows(), self.replicates
        story = (
            worst_desk(lambda name: self.table(name, replicate=only[0])) if len(only) == 1 else []
        )
        plan = self._store.plan()
        return "\n\n".join(filter(None, (summary(rows, story), keeping(plan, rows))))

    def profile(self) -> str:
        """Return what the events of all replicates of the folder were, and where the time of those run with ``profile`` went."""
        from unhedged.report.profile import profile

        plan = self._store.plan()
        simulated = len(self._store.finished()) * plan["duration_ns"] / 1e9
        return profile(self.manifest()["checks"], simulated)

    def figures(self, *, replicate: int | None = None) -> "dict[str, Figure]":
        """Return the figures of one replicate by name, as on the page; a notebook shows each as it stands.

        Parameters
        ----------
        replicate : int
            The one in the middle by what ADL took, when left out.
        """
        from unhedged.report.figures.replicate import Replicate
        from unhedged.report.run_page import choose, figures

        self._refuse_without_series("Figures")
        number = choose(self.rows())[0][1] if replicate is None else replicate
        one = Replicate(self._for_figures(number), self._store.row(number))
        return {figure.id: figure for figure in figures(one)}

    def score(self) -> "Scorecard":
        """Return the run held against what was measured on its day: each row with median, interval and verdict.

        Raises
        ------
        ResultsError
            The scenario has no targets, a folder without replicates, or one that kept too little.
        """
        from unhedged.lab import scorecard, targets
        from unhedged.lab.measured import question

        manifest = self.manifest()
        rows = targets.load(manifest["scenario"])
        self._refuse_without_series("A scorecard")
        asked = question(rows, [news["t_ns"] for news in self._store.plan()["news"]])

        def measured(number: int) -> "Measures":
            stored = asked.stored(self._store, number)
            return asked.read(self._store, number) if stored is None else stored

        return scorecard.score(
            rows,
            replicates=self.replicates,
            measured=measured,
            balanced=manifest["checks"].get("ledger") == "balanced",
        )

    def report(self, out: str | Path | None = None) -> Path:
        """Write one HTML page that needs no network, and return where it is.

        Parameters
        ----------
        out : path
            The file; ``report.html`` in the folder when left out.

        Raises
        ------
        ResultsError
            No replicate has finished, or the file cannot be written.
        """
        from unhedged.report.page.render import write
        from unhedged.report.run_page import run_page
        from unhedged.scenario.load import load as load_scenario

        file = self.path / "scenario.toml"
        page = run_page(
            rows=self._rows_for_page(),
            tables=lambda name, number: self._for_figures(number)(name),
            manifest=self.manifest(),
            scenario=file.read_text("utf-8"),
            shown=load_scenario(file).show(),
            command=f"unhedged run {file} --replicates {len(self.replicates)}",
            card=self._card(),
        )
        return write(page, self.path / REPORT if out is None else Path(out))

    def _for_figures(self, number: int) -> "Callable[[str], pl.DataFrame]":
        # All that figures ask about desks is asked about those whom ADL closed.
        from unhedged.measures.closed import lost_to_adl
        from unhedged.report.figures.replicate import COLUMNS

        def table(name: str) -> "pl.DataFrame":
            where = None
            if name == "desks":
                where = lost_to_adl(self._store.table("adl", number, columns=("account",)))
            return self._store.table(name, number, columns=COLUMNS.get(name), where=where)

        return table

    def _refuse_without_series(self, what: str) -> None:
        if self.manifest()["keep"] == "summary":
            raise ResultsError(
                f"{self.path} kept forced events alone. {what} need{'s' if what.startswith('A ') else ''} series as well.",
                hint="Run again with --keep tables --force.",
            )

    def _card(self) -> "Scorecard | None":
        from unhedged.lab.targets import scored

        manifest = self.manifest()
        held = manifest["scenario"] in scored() and manifest["keep"] != "summary"
        return self.score() if held else None

    def _rows_for_page(self) -> list[dict[str, Any]]:
        rows = self.rows()
        if not rows:
            raise ResultsError(
                f"{self.path} has no finished replicate.",
                hint="Run the scenario again to finish it.",
            )
        return rows

    def verify(self) -> list[str]:
        """Return what is wrong with the folder, nothing when all is well."""
        return self._store.verify()

    def manifest(self) -> dict[str, Any]:
        """Return versions, source hash, plan hash, seed, machine, times and checks."""
        from dataclasses import asdict

        return asdict(self._store.manifest())

    def __repr__(self) -> str:
        """Return one line."""
        return f"<results {self.path.name}: {len(self.replicates)} replicates>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.summary())}</pre>"


def open_results(path: str | Path) -> Results:
    """Return a handle on an existing results folder.

    Raises
    ------
    ResultsError
        Not a results folder, a damaged one, or one of another schema.
    """
    from unhedged.results.store import open_store

    return Results(open_store(path))
