"""Every policy on everything the data hold: complete groups, synthetic populations of the published waves, a user's archive."""

from collections.abc import Iterable, Sequence
from typing import Any

from unhedged.replay.allocate import OF_HEDGES, Question, allocations_for, answers
from unhedged.replay.archive.questions import archive_questions
from unhedged.replay.archive.reconstruction import Reconstruction
from unhedged.replay.figures import Gap
from unhedged.replay.findings import Findings
from unhedged.replay.groups import Group
from unhedged.replay.loading import EventData
from unhedged.replay.population import TABLES, wave_questions
from unhedged.replay.questions import group_questions

Row = dict[str, Any]
ADDED = ("accounts", "whole", "notional", "profit_closed", "needed", "unfairness")
AVERAGED = ("largest_haircut", "p99_haircut", "smallest_possible", "top10_share", "hhi", "gini")
COUNTED = ("unfairness", *AVERAGED)
MOST_GROUPS = 40
"""Complete groups that policies are asked about, largest first: a whole table of fills has more than a thousand."""


def compare_policies(
    data: EventData, groups: Sequence[Group], archive: Reconstruction | None
) -> Findings:
    """Return who would have paid under each policy: a row for each question and policy, and a row for each kind and policy.

    Rows under ``policy_answers`` are those of ``allocate.measured``; under ``policy_totals`` dollars and accounts are added over a
    kind's questions, and haircuts and shares averaged; ``maximum_haircut`` is the largest of any question. ``known`` has in how many
    questions each of these is known, ``infinite`` in how many of them it is infinite: then it has no mean, sum or maximum.
    """
    found = Findings()
    largest = sorted(groups, key=lambda group: -_notional(group))[:MOST_GROUPS]
    in_time = sorted(largest, key=lambda group: group.t_ms)
    kinds: list[list[Question]] = [
        list(group_questions(data, in_time)),
        list(wave_questions(data)),
        [] if archive is None else list(archive_questions(archive)),
    ]
    questions = [question for kind in kinds for question in kind]
    rows = [row for kind in kinds for row in _in_turn(kind)]
    found.rows["policy_answers"] = rows
    found.rows["policy_totals"] = list(totals_of(rows))
    _gaps(data, groups, questions, found)
    return found


def _in_turn(questions: Sequence[Question]) -> Iterable[dict[str, Any]]:
    # One mapping for all questions of a kind: a policy that remembers sees them in the order of time.
    allocations = allocations_for()
    for question in questions:
        yield from answers(question, allocations)


def _notional(group: Group) -> float:
    return float((group.fills["adl_price"] * group.fills["adl_size"]).sum())


def totals_of(rows: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Return a row for each kind and policy over the rows of its questions, as `compare_policies` says."""
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault((row["kind"], row["policy"]), []).append(row)
    for (kind, policy), some in kinds.items():
        yield {
            "kind": kind,
            "policy": policy,
            "questions": len(some),
            **{name: _sum(some, name) for name in ADDED},
            **{name: _mean(some, name) for name in AVERAGED},
            "maximum_haircut": max(_finite(some, "largest_haircut"), default=None),
            "known": {name: len(some) - _unknown(some, name) for name in COUNTED},
            "infinite": {name: n for name in COUNTED if (n := _infinite(some, name))},
        }


def _sum(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    known = _finite(rows, name)
    return sum(known) if len(known) == len(rows) else None


def _mean(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    known = _finite(rows, name)
    return sum(known) / len(known) if known else None


def _finite(rows: Sequence[Row], name: str) -> list[float]:
    # None at all where one is infinite: the others alone would tell a smaller story.
    return [] if _infinite(rows, name) else [row[name] for row in rows if row[name] is not None]


def _infinite(rows: Sequence[Row], name: str) -> int:
    return sum(name in row["infinite"] for row in rows)


def _unknown(rows: Sequence[Row], name: str) -> int:
    return sum(row[name] is None and name not in row["infinite"] for row in rows)


def _gaps(
    data: EventData, groups: Sequence[Group], questions: Sequence[Question], found: Findings
) -> None:
    kinds = {question.kind for question in questions}
    if "synthetic population" not in kinds:
        found.lacks("policies on synthetic populations of the waves", data, TABLES)
    if len(groups) > MOST_GROUPS:
        what = f"policies on {len(groups) - MOST_GROUPS:,} smaller complete groups"
        found.gaps.append(Gap(what=what, why=f"the {MOST_GROUPS} largest are asked about"))
    lacking = [one.name for one in questions if one.gap is None]
    if lacking:
        what = f"haircuts of equity in {', '.join(lacking[:3])}"
        found.gaps.append(
            Gap(what=what, why="the gap between mark and execution is in no table here")
        )
    shocks = data.table("shocks")
    if shocks is not None and shocks.part and "synthetic population" in kinds:
        present, whole = shocks.part
        what = f"how many winners each wave met, from {whole - present:,} of {whole:,} shocks"
        found.gaps.append(Gap(what=what, why="only a part of the table is in the folder"))
    if any(not question.winners["hedge"].any() for question in questions):
        what = f"{', '.join(OF_HEDGES)} where no hedge of a winner is in the data"
        found.gaps.append(Gap(what=what, why="with none in sight it is profit pro-rata"))
    if any(not question.equity for question in questions):
        what = "policies that ask for equity, on groups of the archive"
        found.gaps.append(
            Gap(
                what=what,
                why="the cash of some winners is not known, or one of their moves is missing",
            )
        )
