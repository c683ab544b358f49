"""What a page is made of: figures with a question and a reading, tables, sections, and the head with the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of text: heads, and rows as long as they are; every column but the first is set to the right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure: a question, one sentence of reading made from the data, the plot, its numbers, where they come from."""

    id: str
    question: str
    reading: str
    data: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    grid: Grid
    source: str
    """Columns it is made from, such as ``series.mark``."""

    def plotly(self) -> "PlotlyFigure":
        """Return the same as a Plotly figure, for a notebook."""
        from plotly.graph_objects import Figure as PlotlyFigure  # noqa: PLC0415 - for notebooks alone

        figure = PlotlyFigure({"data": list(self.data), "layout": dict(self.layout)})
        return figure.update_layout(title={"text": self.question})

    def _repr_html_(self) -> str:
        return str(self.plotly().to_html(include_plotlyjs="cdn", full_html=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Figures for one of several replicates; a reader switches between choices."""

    label: str
    note: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page: a title, paragraphs, then what it shows."""

    id: str
    title: str
    text: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    choices: Sequence[Choice] = ()
    grids: Sequence[Grid] = ()
    pre: str = ""
    """Text set as typed, such as a command."""
    folds: Mapping[str, str] = field(default_factory=dict)
    """Long text behind a fold, by its title."""
    items: Sequence[str] = ()
    """A list of sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: the answer, four numbers, the stamp, then sections."""

    title: str
    answer: str
    """One sentence with number, unit and interval."""
    more: Sequence[str]
    """What follows the answer, in sentences."""
    numbers: Sequence[tuple[str, str, str]]
    """Label, value, spread."""
    stamp: Sequence[tuple[str, str]]
    sections: Sequence[Section]

    def figures(self) -> list[Figure]:
        """Return all figures in the order of the page."""
        return [
            figure
            for section in self.sections
            for group in (section.figures, *(choice.figures for choice in section.choices))
            for figure in group
        ]
