"""Arguments and options that commands share, with one wording."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.vocab.ids import MOST_REPLICATES, MOST_SEED

Scenario = Annotated[str, typer.Argument(help="A shipped name or a path to a .toml file.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override, such as venue.hub.fund.start=$10M; ids may be patterns. Repeatable.",
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=MOST_SEED, help="Seed of every random number.")
]
Replicates = Annotated[
    int | None,
    typer.Option(min=1, max=MOST_REPLICATES, help="Runs that differ in chance alone."),
]
Out = Annotated[Path, typer.Option(help="Folder of results folders.")]
Keep = Annotated[
    str, typer.Option(help="summary: forced events; tables: all tables; all: every fill too.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; one per core when left out.")]
Force = Annotated[bool, typer.Option("--force", help="Begin anew, over what is there.")]
Json = Annotated[bool, typer.Option("--json", help="Print machine output.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on stderr.")]
