"""The screen of a study: one row a change, one column a measure, what is beyond chance marked."""

from collections.abc import Sequence

from unhedged.lab.compare import Difference
from unhedged.lab.study import Effect, Study
from unhedged.report.twins import amplification, signed
from unhedged.results import headline

MARK = "*"
WIDE = 20
COLUMNS = 4
"""Measures side by side: a terminal has a hundred letters or so."""


def summary(study: Study, effects: Sequence[Effect]) -> str:
    """Return the table of effects: difference of means with half the width of its 95 % interval."""
    pairs = max((d.pairs for e in effects for d in e.differences), default=0)
    questions = sum(len(e.differences) for e in effects)
    names = [d.measure for d in effects[0].differences] if effects else []
    lines = [
        f"{pairs} pairs of twins each; differences of means ± half of a 95% interval.",
        f"{MARK} beyond chance, Holm's correction for {questions} questions.",
    ]
    for n in range(0, len(names), COLUMNS):
        lines += ["", *_table(study, effects, names[n : n + COLUMNS])]
    for effect in effects:
        lines += amplification(effect.amplified)
    return "\n".join(line.rstrip() for line in lines)


def _table(study: Study, effects: Sequence[Effect], names: Sequence[str]) -> list[str]:
    width = max(len(variant.name) for variant in study.variants) + 2
    base = {d.measure: d.base for e in effects for d in e.differences}
    heads = [_head(name) for name in names]
    deep = max(len(head) for head in heads)
    rows = [("", [head[row] if row < len(head) else "" for head in heads]) for row in range(deep)]
    rows.append(("as it is", [f"{headline.show(name, base[name])} " for name in names]))
    for effect in effects:
        found = {d.measure: d for d in effect.differences}
        rows.append((effect.variant.name, [cell(found.get(name)) for name in names]))
    return [
        f"{name:<{width}}{''.join(f'{text:>{WIDE}}' for text in cells)}" for name, cells in rows
    ]


def cell(d: Difference | None) -> str:
    """Return one difference: its mean, half of its interval, and a mark where it is beyond chance."""
    if d is None:
        return "–"
    if d.low is None or d.high is None:
        return signed(d.measure, d.mean)
    half = headline.show(d.measure, (d.high - d.low) / 2)
    return f"{signed(d.measure, d.mean)} ± {half}{MARK if d.clear else ' '}"


def _head(measure: str) -> list[str]:
    # A label over several lines: its first words, then of what.
    name, _, thing = measure.partition(".")
    words = headline.HEADS.get(name) if thing else headline.label(measure)
    text = f"{words} {thing}" if thing else str(words)
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) + 1 < WIDE - 1:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
