"""Speed of the kernels on this machine, with the conditions it was measured under.

book, clock, loop, adl               the quick ones, run when nothing is named
loop-40, margin, start, scenarios    when named; ``all`` is every one
"""

import json as json_module
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from unhedged.engine import bench_kernels, bench_runs
from unhedged.engine.bench_measure import Measure, conditions, conditions_text
from unhedged.vocab.errors import UnknownKind

ALL = "all"
QUICK = ("book", "clock", "loop", "adl")


def _one(measure: Callable[[], Measure]) -> Callable[[], Iterator[Measure]]:
    return lambda: iter((measure(),))


BENCHES: dict[str, Callable[[], Iterator[Measure]]] = {
    "book": _one(bench_kernels.book),
    "clock": bench_kernels.clock,
    "loop": _one(bench_runs.loop),
    "loop-40": _one(lambda: bench_runs.loop(books=40)),
    "adl": bench_kernels.adl,
    "margin": _one(bench_kernels.margin),
    "start": bench_runs.start,
    "scenarios": bench_runs.scenarios,
}


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """Return the benchmarks that ``names`` stand for: the quick ones for none.

    Raises
    ------
    UnknownKind
        A name that is no benchmark.
    """
    for name in names:
        if name != ALL and name not in BENCHES:
            raise UnknownKind.of("benchmark", name, [*BENCHES, ALL])
    if ALL in names:
        return tuple(BENCHES)
    return tuple(dict.fromkeys(names)) or QUICK


def run_bench(names: Sequence[str] = (), *, json: bool = False, stream: Path | None = None) -> str:
    """Measure and return the figures as text.

    Parameters
    ----------
    names : sequence of str
        Which; the quick ones when empty, ``all`` for every one.
    json : bool
        One JSON object: ``conditions``, then each figure by its name.
    stream : Path, optional
        A ``.npy`` file of messages, int32, n x 5, for the book in place of the common stream. With ``json`` the object
        then holds the state of the book at its top level.

    Raises
    ------
    UnknownKind
        A name that is no benchmark.
    DataError
        A stream that cannot be read.
    """
    found = conditions()  # before: the load should be that of others
    if stream is not None:
        measures = [bench_kernels.book(bench_kernels.read_stream(stream))]
    else:
        measures = [measure for name in chosen(names) for measure in BENCHES[name]()]
    if not json:
        return "\n\n".join([conditions_text(found), *(one.to_text() for one in measures)])
    if stream is not None:
        only = measures[0]
        head = {**only.facts, "messages_per_s": only.median, "best_messages_per_s": only.best}
        return json_module.dumps(head | {"repetitions": len(only.values), "conditions": found})
    return json_module.dumps({"conditions": found, **{one.name: one.to_json() for one in measures}})
