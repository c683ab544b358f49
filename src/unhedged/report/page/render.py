"""A page as HTML text, and as a file that is whole or absent.

Everything stands in the file: style, figures, and Plotly's script once. Nothing is asked of a network.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from unhedged.report.page.parts import Page
from unhedged.results.disk import replace_text
from unhedged.vocab.errors import ResultsError

TEMPLATE = "page.html.j2"


def render(page: Page) -> str:
    """Return the page as one HTML document; all text is escaped."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - reading a result needs no page
    from markupsafe import Markup  # noqa: PLC0415
    from plotly.offline import get_plotlyjs  # noqa: PLC0415

    here = resources.files("unhedged.report.page")

    def own(name: str) -> str:
        return (here / name).read_text("utf-8")

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    figures = page.figures()
    return environment.from_string(own(TEMPLATE)).render(
        page=page,
        style=Markup(own("page.css")),  # noqa: S704 - our own files
        script=Markup(own("page.js")),  # noqa: S704
        plotly=Markup(get_plotlyjs()) if figures else "",  # noqa: S704 - Plotly's, as its package ships it
        plots=Markup(_json({f.id: {"data": f.data, "layout": f.layout} for f in figures})),  # noqa: S704 - escaped below
    )


def _json(value: Any) -> str:
    # Inside a script element only "</" could end it; JSON may write it otherwise.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def write(page: Page, target: Path) -> Path:
    """Write the page to ``target`` and return it.

    Raises
    ------
    ResultsError
        The place cannot be written.
    """
    if target.is_dir():
        raise ResultsError(f"{target} is a folder.", hint="Give a file: --out report.html")
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_text(target, render(page))
    return target
