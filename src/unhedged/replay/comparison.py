"""Every policy on everything the data hold: complete groups, synthetic populations of the published waves, a user's archive."""

from collections.abc import Iterable, Sequence
from typing import Any

from unhedged.replay.allocate import Question, answers
from unhedged.replay.archive.questions import archive_questions
from unhedged.replay.archive.reconstruction import Reconstruction
from unhedged.replay.figures import Gap
from unhedged.replay.findings import Findings
from unhedged.replay.groups import Group
from unhedged.replay.loading import EventData
from unhedged.replay.population import TABLES, wave_questions
from unhedged.replay.questions import group_questions

ADDED = ("accounts", "whole", "notional", "profit_closed", "needed", "unfairness")
AVERAGED = ("largest_haircut", "p99_haircut", "smallest_possible", "top10_share", "hhi", "gini")
MOST_GROUPS = 40
"""Complete groups that policies are asked about, largest first: a whole table of fills has more than a thousand."""


def compare_policies(
    data: EventData, groups: Sequence[Group], archive: Reconstruction | None
) -> Findings:
    """Return who would have paid under each policy: a row for each question and policy, and a row for each kind and policy.

    Rows under ``policy_answers`` are those of ``allocate.measured``; under ``policy_totals`` dollars and accounts are added over a
    kind's questions, and haircuts and shares averaged over those where they are known and finite.
    """
    found = Findings()
    largest = sorted(groups, key=lambda group: -_notional(group))[:MOST_GROUPS]
    questions: list[Question] = [*group_questions(data, largest), *wave_questions(data)]
    if archive is not None:
        questions += archive_questions(archive)
    rows = [row for question in questions for row in answers(question)]
    found.rows["policy_answers"] = rows
    found.rows["policy_totals"] = list(_totals(rows))
    _gaps(data, groups, questions, found)
    return found


def _notional(group: Group) -> float:
    return float((group.fills["adl_price"] * group.fills["adl_size"]).sum())


def _totals(rows: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
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
        }


def _sum(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    known = [row[name] for row in rows if row[name] is not None]
    return sum(known) if len(known) == len(rows) else None


def _mean(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    known = [row[name] for row in rows if row[name] is not None]
    return sum(known) / len(known) if known else None


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
    if any(not question.equity for question in questions):
        what = "policies that ask for equity, on groups of the archive"
        found.gaps.append(Gap(what=what, why="the cash of some winners is not known"))
