"""The screen of a replayed event: the finding first, then waves, policies, corrections, then what could not be computed."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unhedged.replay.figures import clock
from unhedged.report.replay_words import (
    KINDS,
    asked,
    corrected_name,
    exact,
    finding,
    largest_of_all,
    name_of,
    of_questions,
    show,
    show_count,
    show_dollars,
    where,
    why_not,
)
from unhedged.vocab.units import show_rate

Row = Mapping[str, Any]
WIDTH = 110
SHOWN_PROBLEMS = 12


def summary(found: Row) -> str:
    """Return the screen of a replay.

    Parameters
    ----------
    found : mapping
        What ``Replayed.to_json`` gives.
    """
    figures = {figure["id"]: figure for figure in found["figures"]}
    lines = [f"{found['event']} · {found['title']}", ""]
    lines += [f"  {line}" for line in _wrapped(finding(found))]
    for part in (
        _published(found),
        _waves(found),
        _policies(found),
        *(_answers(found, kind) for kind in KINDS),
        _corrections(found),
        _archive(figures),
        _data(found),
    ):
        block = list(part)
        if block:
            lines += ["", *(f"  {line}" for line in block)]
    return "\n".join(line.rstrip() for line in lines)


def _published(found: Row) -> Iterator[str]:
    rows = [f for f in found["figures"] if "published" in f]
    if not rows:
        return
    met = sum(f["reproduced"] for f in rows)
    yield f"Published numbers, to the dollar: {met} of {len(rows)} come out of the data here."
    yield f"{'':<34}{'published':>18}{'here':>18}  how"
    for f in rows:
        if f["id"].partition(".")[0] == "needed" and f["id"] != "needed":
            continue
        how = f["tag"] if f["reproduced"] else f"{f['tag']}, {why_not(f)}"
        cells = f"{exact(f['published'], f['unit']):>18}{exact(f['value'], f['unit']):>18}"
        yield f"{name_of(f['id']):<34}{cells}  {how}"


def _waves(found: Row) -> Iterator[str]:
    rows: Sequence[Row] = found.get("waves", [])
    if not rows:
        return
    yield "Waves with a deficit (needed: |mark - execution| x size; removed: against a path without ADL)"
    yield f"{'wave':>4}  {'from':<12}{'fills':>8}{'needed':>14}{'removed':>14}{'beyond need':>15}"
    for row in rows:
        fills = "–" if row["fills"] is None else show_count(row["fills"])
        money = [f"{exact(row[key], 'usd')}" for key in ("needed", "removed", "overshoot")]
        yield (
            f"{row['wave']:>4}  {clock(row['t_start_ms']):<12}{fills:>8}"
            f"{money[0]:>14}{money[1]:>14}{money[2]:>15}"
        )


def _policies(found: Row) -> Iterator[str]:
    rows: Sequence[Row] = found.get("published_policies", [])
    if not rows:
        return
    yield "Policies of the published table ($M: overshoot regret, fairness regret, both)"
    yield f"{'':<24}{'as published':>28}{'against the true optimum':>28}{'mean of largest':>18}"
    for row in rows:
        published = (row["regret"], row["unfair_published"], row["total_published"])
        true = (row["regret"], row["unfair"], row["total"])
        cells = [
            " / ".join(f"{value / 1e6:.1f}" for value in values) for values in (published, true)
        ]
        worst = show_rate(row["mean_largest_haircut"])
        yield f"{row['policy']:<24}{cells[0]:>28}{cells[1]:>28}{worst:>18}"


CELLS = (9, 7, 9, 16, 9, 13, 13)


def _answers(found: Row, kind: str) -> Iterator[str]:
    some = [row for row in found.get("policy_totals", []) if row["kind"] == kind]
    if not some:
        return
    heads = (
        "accounts",
        "whole",
        "top ten",
        "mean of largest",
        "maximum",
        "mean of 99th",
        "unfairness",
    )
    yield f"{KINDS[kind]} ({asked(some[-1])})"
    yield f"{'':<34}" + _cells(heads)
    for row in sorted(some, key=lambda row: (row["policy"] != "happened", _worst(row))):
        values = (
            show_count(row["accounts"]),
            show_count(row["whole"]),
            of_questions(row, "top10_share", show_rate),
            of_questions(row, "largest_haircut", show_rate),
            largest_of_all(row),
            of_questions(row, "p99_haircut", show_rate),
            of_questions(row, "unfairness", show_dollars),
        )
        yield f"{row['policy']:<34}" + _cells(values)


def _cells(values: Sequence[str]) -> str:
    return "".join(f"{value:>{width}}" for value, width in zip(values, CELLS, strict=True))


def _worst(row: Row) -> float:
    return float("inf") if row["p99_haircut"] is None else float(row["p99_haircut"])


def _corrections(found: Row) -> Iterator[str]:
    if not found["corrections"]:
        return
    yield "Corrected (published → ours, and why)"
    reasons: dict[str, list[str]] = {}
    for one in found["corrections"]:
        old, new = one["published"], one["corrected"]
        pair = f"{corrected_name(old)} {show(old['value'], old['unit'])} → {show(new['value'], new['unit'])}"
        reasons.setdefault(one["reason"], []).append(pair)
    for reason, pairs in reasons.items():
        for pair in pairs:
            yield pair
        yield from (f"  {line}" for line in textwrap.wrap(reason, WIDTH - 4))


def _archive(figures: Mapping[str, Row]) -> Iterator[str]:
    rows = [figure for name, figure in figures.items() if name.startswith("archive_")]
    if rows:
        yield "Your archive (recomputed fill by fill)"
    for figure in rows:
        yield f"{name_of(figure['id'].removeprefix('archive_')):<34}{exact(figure['value'], figure['unit']):>18}"


ABSENT = "not in the folder: "


def _data(found: Row) -> Iterator[str]:
    data = found["data"]
    agreed, checks = sum(check["agrees"] for check in found["checks"]), len(found["checks"])
    counts = (
        _count(len(data["tables"]), "table"),
        _count(len(data["documents"]), "document"),
        _count(len(data["archive"]["fills"]), "archive file"),
    )
    yield f"Data     {', '.join(counts)}" + (
        f"; {agreed} of {checks} totals agree" if checks else ""
    )
    for problem in data["problems"][:SHOWN_PROBLEMS]:
        yield from _hang("Wrong    ", f"{where(problem)}: {problem['what']} {problem['then']}")
    if len(data["problems"]) > SHOWN_PROBLEMS:
        yield f"         and {len(data['problems']) - SHOWN_PROBLEMS:,} more (--json has them all)"
    absent = [gap for gap in found["not_computed"] if gap["why"].startswith(ABSENT)]
    if absent:
        parts = (f"{gap['what']} ({gap['why'].removeprefix(ABSENT)})" for gap in absent)
        yield from _hang("Lacking  ", f"for want of tables: {'; '.join(parts)}.")
    for gap in found["not_computed"]:
        if gap not in absent:
            yield from _hang("Lacking  ", f"{gap['what']}: {gap['why']}.")
    yield from _hang("Basis    ", BASIS)


BASIS = (
    "fills are the chain's; deficits, equity and removals rest on HyperReplay (before the position-size fix), shocks and "
    "leverage on HyperMultiAssetedADL (after it). --json names the basis of every figure."
)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _hang(word: str, text: str) -> list[str]:
    return textwrap.wrap(word + text, WIDTH, subsequent_indent=" " * len(word))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
