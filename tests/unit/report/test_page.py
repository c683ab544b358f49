"""The page: everything in one file, text escaped, lines thin but with their extremes, a median with its interval."""

import json
import math
import re
from itertools import pairwise

import numpy as np
import pytest

from unhedged.lab.scorecard import median_band
from unhedged.report.figures.spread import converged, spread
from unhedged.report.page import look
from unhedged.report.page.parts import Choice, Figure, Grid, Page, Section
from unhedged.report.page.render import render, write
from unhedged.report.run_page import choose
from unhedged.vocab.errors import ResultsError


def figure(name: str = "one", question: str = "How far?") -> Figure:
    return Figure(
        id=name,
        question=question,
        reading="So far.",
        data=[look.line("a", [0, 1], [1.0, 2.0], look.MARK)],
        layout=look.layout(),
        grid=Grid(heads=("a", "b"), rows=[("x", "1")]),
        source="series.mark",
    )


def page(*sections: Section) -> Page:
    return Page(
        title="t",
        answer="Nobody & nothing <lost>.",
        more=("More.",),
        numbers=[("Lost", "$0", "")],
        stamp=[("plan", "abc")],
        sections=sections,
    )


def test_text_is_escaped_and_nothing_is_fetched() -> None:
    html = render(page(Section(id="a", title="A", figures=[figure(question="</script><b>?")])))
    assert "Nobody &amp; nothing &lt;lost&gt;." in html
    assert "</script><b>?" not in html
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", html)
    assert "default-src 'none'" in html
    assert html.count("plotly.js v") == 1  # its script stands once


def test_a_page_without_figures_carries_no_script() -> None:
    assert "<script" not in render(page(Section(id="a", title="A", text=("Only words.",))))


def test_plots_are_those_of_all_choices() -> None:
    choices = [Choice(label=str(n), note="", figures=[figure(f"price-{n}")]) for n in (3, 5)]
    made = page(Section(id="a", title="A", choices=choices, figures=[figure("first")]))
    html = render(made)
    found = re.search(r'id="plots">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    assert list(json.loads(found[1])) == ["first", "price-3", "price-5"]
    assert html.count(" hidden>") == 1


def test_a_file_is_written_whole_and_a_folder_is_refused(tmp_path) -> None:
    target = write(page(), tmp_path / "deep" / "page.html")
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert [f.name for f in target.parent.iterdir()] == ["page.html"]
    with pytest.raises(ResultsError, match="is a folder"):
        write(page(), tmp_path)


def test_thin_lines_keep_lowest_and_highest() -> None:
    y = np.sin(np.arange(10_000) / 300.0)
    y[4_321], y[8_765] = 7.0, -9.0
    xs, ys = look.thin(range(10_000), y, most=200)
    assert len(xs) <= 200
    assert xs == sorted(xs)
    assert ys[xs.index(4_321)] == 7.0
    assert ys[xs.index(8_765)] == -9.0


def test_a_gap_stays_a_gap() -> None:
    y = np.ones(1_000)
    y[400:600] = math.nan
    xs, ys = look.thin(range(1_000), y, most=100)
    assert all((v is None) == (400 <= x < 600) for x, v in zip(xs, ys, strict=True))


def test_panels_share_the_height_in_order() -> None:
    stretches = look.panels([2.0, 1.0, 1.0], gap=0.1)
    assert stretches[0][1] == 1.0
    assert stretches[-1][0] == pytest.approx(0.0, abs=1e-4)
    heights = [top - bottom for bottom, top in stretches]
    assert heights[0] == pytest.approx(2 * heights[1], abs=1e-3)
    assert all(low[1] < high[0] for high, low in pairwise(stretches))


ROWS = [{"replicate": n, "adl_usd": usd} for n, usd in enumerate([5e6, 1e6, 9e6, 3e6])]


def test_middle_and_worst_by_what_adl_took() -> None:
    assert choose(ROWS) == [("middle replicate", 3), ("worst replicate", 2)]
    assert choose(ROWS[:1]) == [("the replicate", 0)]


def test_one_replicate_has_no_spread_and_few_say_so() -> None:
    assert spread(ROWS[:1]) is None
    few = spread(ROWS)
    assert few is not None
    assert "4 replicates are few" in few.reading
    assert converged(ROWS, "adl_usd") is None


def test_the_interval_of_a_median_covers_it() -> None:
    # Order statistics are distribution-free: in 95 % of samples, or somewhat more, the interval holds the true median.
    random = np.random.default_rng(5)
    bands = [median_band(random.lognormal(0.0, 2.0, 25)) for _ in range(2_000)]
    covered = np.mean([low <= 1.0 <= high for low, _, high in bands])
    assert 0.94 <= covered <= 0.99
