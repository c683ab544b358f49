"""The functions behind the public names; the command line is these calls and nothing more.

Nothing prints, nothing is imported before it is needed, results are handles on a folder and safe to reopen.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from unhedged.vocab.errors import ResultsError, ScenarioError
from unhedged.vocab.ids import MOST_SEED

if TYPE_CHECKING:
    import polars as pl

    from unhedged.engine.running import Progress
    from unhedged.lab.compare import Difference
    from unhedged.lab.scorecard import Scorecard
    from unhedged.replay.event import Replayed
    from unhedged.report.page.parts import Figure
    from unhedged.results.store import Store
    from unhedged.scenario.load import LoadedScenario
    from unhedged.venues.position import Position as VenuePosition

KEEPS = ("summary", "tables", "all")
"""What a run keeps: forced events alone; all tables; all tables and every fill."""


REPORT = "report.html"


def scenarios() -> list[str]:
    """Return the names of the scenarios that come with the package."""
    from unhedged.scenario.layers import shipped

    return shipped()


def load(
    source: "str | Path | Mapping[str, Any] | LoadedScenario",
    *,
    overrides: Mapping[str, Any] | Sequence[str] = (),
) -> "LoadedScenario":
    """Return a validated scenario.

    Parameters
    ----------
    source : str, Path, mapping or scenario
        A shipped name, a path to a TOML file, or the same as a mapping.
    overrides : mapping or sequence of str
        ``{"venue.hub.fund.start": "$10M"}`` or ``["venue.hub.fund.start=$10M"]``.

    Raises
    ------
    ScenarioError
        With file, line, value, what is allowed and what to do; every error at once.
    """
    from unhedged.scenario.load import load as load_scenario

    return load_scenario(source, overrides=overrides)


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

    def table(self, name: str, *, replicate: int | None = None) -> "pl.DataFrame":
        """Return a table as a polars frame.

        Parameters
        ----------
        name : str
            ``series``, ``liquidations``, ``adl``, ``desks``, ``transfers``, ``accounts``, ``positions``, ``fills`` or ``replicates``.
        replicate : int
            One replicate; all of :attr:`replicates`, with a column ``replicate``, when left out.
        """
        return self._store.table(name, replicate, of=self.replicates)

    def summary(self) -> str:
        """Return the finding, for one replicate the desk it hit worst, and the table of headline measures."""
        from unhedged.report.screen import summary
        from unhedged.report.story import worst_desk

        rows, only = self.rows(), self.replicates
        story = (
            worst_desk(lambda name: self.table(name, replicate=only[0])) if len(only) == 1 else []
        )
        return summary(rows, story)

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
        one = Replicate(lambda name: self.table(name, replicate=number), number)
        return {figure.id: figure for figure in figures(one)}

    def score(self) -> "Scorecard":
        """Return the run held against what was measured on its day: each row with median, interval and verdict.

        Raises
        ------
        ResultsError
            The scenario has no targets, a folder without replicates, or one that kept too little.
        """
        import json

        from unhedged.lab import scorecard, targets

        manifest = self.manifest()
        rows = targets.load(manifest["scenario"])
        self._refuse_without_series("A scorecard")
        plan = json.loads((self.path / "plan.json").read_text("utf-8"))
        return scorecard.score(
            rows,
            shock_ns=min((news["t_ns"] for news in plan["news"]), default=0),
            replicates=self.replicates,
            tables=lambda name, number: self.table(name, replicate=number),
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

        file = self.path / "scenario.toml"
        page = run_page(
            rows=self._rows_for_page(),
            tables=lambda name, number: self.table(name, replicate=number),
            manifest=self.manifest(),
            scenario=file.read_text("utf-8"),
            shown=load(file).show(),
            command=f"unhedged run {file} --replicates {len(self.replicates)}",
            card=self._card(),
        )
        return write(page, self.path / REPORT if out is None else Path(out))

    def _refuse_without_series(self, what: str) -> None:
        if self.manifest()["keep"] == "summary":
            raise ResultsError(
                f"{self.path} kept forced events alone. {what} need{'s' if what.startswith('A ') else ''} series as well.",
                hint="Run again with --keep tables --force.",
            )

    def _card(self) -> "Scorecard | None":
        from unhedged.lab.targets import known

        manifest = self.manifest()
        scored = manifest["scenario"] in known() and manifest["keep"] != "summary"
        return self.score() if scored else None

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


def run(
    source: "str | Path | Mapping[str, Any] | LoadedScenario",
    *,
    replicates: int | None = None,
    seed: int | None = None,
    overrides: Mapping[str, Any] | Sequence[str] = (),
    out: str | Path = "results",
    keep: str = "tables",
    workers: int | None = None,
    only: int | None = None,
    force: bool = False,
    progress: "Progress | None" = None,
    notice: Callable[[str], None] | None = None,
) -> Results:
    """Run a scenario, or what is still missing of it, and return a handle on its results.

    Parameters
    ----------
    source : str, Path, mapping or scenario
        As for :func:`load`.
    replicates : int
        How many; the scenario's own number when left out. Finished ones are kept, missing ones are run, and the handle is on
        these alone, whatever else the folder holds.
    seed : int
        In place of the scenario's.
    overrides : mapping or sequence of str
        As for :func:`load`.
    out : path
        Folder of results folders.
    keep : str
        ``summary``, ``tables`` or ``all``.
    workers : int
        Processes; one per core, but no more than replicates, when left out.
    only : int
        Run this one replicate.
    force : bool
        Begin anew, also over results of other source code.
    progress : callable
        Called with a :class:`~unhedged.engine.running.Step` now and then.
    notice : callable
        Called with a line of text before something that takes long and happens once, such as compiling.

    Raises
    ------
    ScenarioError
        The scenario cannot be used.
    ResultsError
        The folder is foreign, in use, of other source code; or the run does not fit this machine.
    InvariantError
        The simulation broke one of its own rules.
    """
    from unhedged.engine.executors import leave_if_starting
    from unhedged.engine.running import run_missing, wanted, whole, workers_for
    from unhedged.results.store import Store, create, folder_name, locked

    leave_if_starting()
    scenario = load(source, overrides=overrides)
    if seed is not None:
        seed = whole("seed", seed, least=0, most=MOST_SEED)
        scenario = scenario.vary({"run.seed": seed})
    plan = scenario.plan()
    asked = wanted(replicates, only, scenario.replicates)
    workers = workers_for(workers, len(asked), os.cpu_count() or 1)
    path = Path(out) / folder_name(plan)
    missing = len(asked) - (0 if force else len(Results(Store(path=path), asked).replicates))
    if missing:
        from unhedged.engine.estimate import refuse_if_too_large

        refuse_if_too_large(
            plan, replicates=missing, keep=_keep(keep), workers=workers, out=Path(out)
        )
    with locked(path):
        store = create(
            Path(out),
            plan,
            scenario_toml=scenario.to_toml(),
            replicates=len(asked),
            keep=_keep(keep),
            force=force,
        )
        results = Results(store, asked)
        if len(results.replicates) < len(asked):
            from unhedged.engine.ready import ready

            ready(plan, notice)
        run_missing(store, plan, asked, keep=keep, workers=workers, progress=progress)
    return results


def _keep(keep: str) -> str:
    if keep not in KEEPS:
        raise ScenarioError(
            f'keep is "{keep}".', value=keep, allowed=f"Allowed: {', '.join(KEEPS)}."
        )
    return keep


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

    def summary(self) -> str:
        """Return what was changed, where ladders part, and the table of differences."""
        from unhedged.report.twins import summary

        return summary(self.changes, self.differences())

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
        )
        default = self.other.path / f"compare-{self.base.path.name}.html"
        return write(page, default if out is None else Path(out))

    @classmethod
    def of(cls, base: Results, other: Results) -> Self:
        """Return the comparison of two results folders, with the differences of their plans."""
        import json

        from unhedged.scenario.plan import diff_plain

        plans = [json.loads((r.path / "plan.json").read_text("utf-8")) for r in (base, other)]
        return cls(base, other, diff_plain(*plans))

    def __repr__(self) -> str:
        """Return one line."""
        return f"<comparison of {self.base.path.name} and {self.other.path.name}>"


def compare(base: Results, other: Results) -> Comparison:
    """Return two runs side by side, paired by replicate.

    Replicates of equal number share their randomness when the seeds are equal, so their difference is the effect of what
    was changed.
    """
    return Comparison.of(base, other)


class Position:
    """A position under a venue's rules: a screen, a mapping, and the parts they are made of."""

    def __init__(self, parts: "VenuePosition") -> None:
        self.parts = parts

    def summary(self) -> str:
        """Return margins, liquidation and bankruptcy prices leg by leg, and what the venue would do first."""
        from unhedged.report.position import summary

        return summary(self.parts)

    def to_json(self) -> dict[str, Any]:
        """Return the same as numbers, money in units of the settlement asset."""
        from unhedged.report.position import to_json

        return to_json(self.parts)

    def __repr__(self) -> str:
        """Return one line."""
        return f"<position {self.parts.book.id} {self.parts.mode}: {len(self.parts.legs)} legs>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.summary())}</pre>"


def position(venue: str, legs: "Sequence[str] | str", **options: Any) -> Position:
    """Return margins, liquidation and bankruptcy prices of a position, and what the venue's ladder would do first.

    Parameters
    ----------
    venue : str
        A rulebook's id, or a venue's name for its newest rulebook.
    legs : sequence of str
        Such as ``"BTCUSDT long 2 @ 121_000"``; ``10x`` or ``with $24_200`` behind it. A long and a short leg of one contract
        is hedge mode.
    collateral : str or sequence of str
        ``"$40k"``, ``"5 ETH"``; isolated legs bring their own.
    mode : str
        ``"cross"`` (default) or ``"isolated"``.
    marks : mapping
        By contract; the entry when left out.
    prices, haircuts : mapping
        Price and haircut of each collateral: ``{"ETH": 4_300}``, ``{"ETH": "5%, 10% above $1M"}``. Prices by choice have
        the names ``"ETH.local_book"``, ``"ETH.index"``, ``"ETH.redemption"``.
    valued_at : str
        Which of those counts; the rulebook's, else ``"index"``, when left out.
    tiers, ticks, lots, faces : mapping
        By contract: tier table, tick, lot, dollars a contract (which makes it inverse).

    Raises
    ------
    ScenarioError
        Something written cannot be used: what, where, what is allowed, what to do.

    Notes
    -----
    A liquidation price moves one contract alone; other legs and collateral stay at their mark. It is the last safe price on
    the tick grid: equity equal to maintenance is safe unless the rulebook's trigger counts equality.
    """
    from unhedged.venues.position import position as compute

    return Position(compute(venue, [legs] if isinstance(legs, str) else legs, **options))


class Replay:
    """A real event, replayed from its data: a screen and a mapping, and the parts they are made of."""

    def __init__(self, parts: "Replayed") -> None:
        self.parts = parts

    def summary(self) -> str:
        """Return the finding, published numbers beside ours, waves, policies, corrections, and what is lacking."""
        from unhedged.report.replay import summary

        return summary(self.parts.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return every figure with its tag, source and basis, every correction, and all tables, as plain data."""
        return self.parts.to_json()

    def report(self, out: str | Path = "replay.html") -> Path:
        """Write the page of the replay, one HTML file that needs no network, and return its path.

        Raises
        ------
        ResultsError
            The place cannot be written.
        """
        from unhedged.report.page.render import write
        from unhedged.report.replay_page import replay_page

        return write(replay_page(self.parts.to_json()), Path(out))

    def __repr__(self) -> str:
        """Return one line."""
        return f"<replay of {self.parts.event}: {len(self.parts.findings.figures)} figures>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.summary())}</pre>"


def replay_event(event: str, *, data: str | Path) -> Replay:
    """Return a real event replayed from the data in a folder.

    Parameters
    ----------
    event : str
        ``"hyperliquid-2025-10-10"``.
    data : path
        Folder of the event's published tables, of the venue's archive, or of both, at any depth. Nothing in it is changed.

    Raises
    ------
    UnknownKind
        No event of this name.
    DataError
        No such folder, or nothing of the event in it. What is wrong in single files is not raised but listed, by file and row.
    """
    from unhedged.replay.event import replay

    return Replay(replay(event, data))
