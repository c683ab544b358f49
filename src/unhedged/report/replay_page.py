"""The page of a replayed event: the answer, what happened, what was published and corrected, policies, data, limits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unhedged.replay.figures import clock
from unhedged.report.figures import replay as figures_of
from unhedged.report.page.parts import Figure, Grid, Page, Section
from unhedged.report.replay_words import (
    KINDS,
    corrected_name,
    exact,
    finding,
    name_of,
    show,
    show_count,
    where,
    why_not,
)
from unhedged.vocab.units import show_money

Row = Mapping[str, Any]
NUMBERS = {
    "overshoot": "taken beyond need",
    "needed": "needed",
    "removed": "removed from winners",
    "deficit": "deficit, counted once",
    "archive_overshoot.0_ms": "beyond need in your archive",
    "archive_needed": "needed in your archive",
    "archive_removed": "removed in your archive",
    "archive_true_need": "lacked by bankrupt accounts",
}
"""Numbers of the head, as far as they are there."""
MOST_NUMBERS = 4
MOST_COINS = 12
LIMITS = (
    "Published tables are taken as they are; what they were made from is not in them. A figure says whether it was recomputed from "
    "rows, summed from a finished table, or only quoted.",
    "Two reconstructions of account states were published; they differ, and neither knows the accounts' other assets. Every figure "
    "names the one it rests on.",
    "The published gap between mark and execution has no sign: a price better for the winner counts as a need.",
    "The venue executes ADL at the previous mark, so that gap is mostly the last move of the mark and not what bankrupt accounts "
    "lacked.",
    "Removed compares with a path on which nobody was closed and prices were the same; with other closes prices would have been "
    "others.",
    "A synthetic population shows how policies differ, not what each account would have paid.",
)


def replay_page(found: Row) -> Page:
    """Return the page of a replay.

    Parameters
    ----------
    found : mapping
        What ``Replayed.to_json`` gives.
    """
    figures = {figure["id"]: figure for figure in found["figures"]}
    return Page(
        title=found["title"],
        answer=finding(found),
        more=_more(figures),
        numbers=[_number(figures[name]) for name in NUMBERS if name in figures][:MOST_NUMBERS],
        stamp=[
            ("event", found["event"]),
            ("figures", show_count(len(figures))),
            ("tables", show_count(len(found["data"]["tables"]))),
            ("archive files", show_count(len(found["data"]["archive"]["fills"]))),
        ],
        sections=[section for section in _sections(found, figures) if section is not None],
    )


def _more(figures: Mapping[str, Row]) -> list[str]:
    found = []
    if "deficit" in figures:
        low, high = figures["deficit"]["bounds"]
        repeats = show_count(figures["deficit_repeats"]["value"])
        found.append(
            f"Counted once, bankrupt accounts lacked between {show_money(low)} and {show_money(high)}; the published "
            f"{show_money(figures['deficit_published']['value'])} counts one account {repeats} times."
        )
    if "covered_share" in figures:
        share = show(figures["covered_share"]["value"], "share")
        found.append(
            f"These waves hold {share} of what was closed; of the rest no table says what was needed."
        )
    return found


def _number(figure: Row) -> tuple[str, str, str]:
    spread = f"{figure['tag']}, {figure['basis']}"
    return NUMBERS[figure["id"]], show(figure["value"], figure["unit"]), spread


def _sections(found: Row, figures: Mapping[str, Row]) -> Iterator[Section | None]:
    yield _happened(found, figures)
    yield _published(found)
    yield _corrected(found)
    yield _policies(found)
    yield _archive(found, figures)
    yield _groups(found)
    yield _data(found)
    yield Section(id="limits", title="Limits", items=LIMITS)
    yield Section(
        id="repeat",
        title="Repeat it",
        pre=f"unhedged replay {found['event']} --data DIR --out replay.html",
    )


def _happened(found: Row, figures: Mapping[str, Row]) -> Section | None:
    drawn: list[Figure | None] = []
    if found.get("profile"):
        drawn.append(figures_of.profile(found["profile"]))
    if found.get("waves"):
        drawn.append(figures_of.waves(found["waves"]))
    drawn.append(figures_of.horizons(figures))
    shown = [figure for figure in drawn if figure is not None]
    coins = found.get("coins", [])
    grids = [_coins(coins)] if coins else []
    if not shown and not grids:
        return None
    return Section(id="happened", title="What happened", figures=shown, grids=grids)


def _coins(rows: Sequence[Row]) -> Grid:
    return Grid(
        heads=("coin", "ADL fills", "accounts", "notional", "profit realised"),
        rows=[
            (
                row["coin"],
                show_count(row["fills"]),
                show_count(row["accounts"]),
                exact(row["notional"], "usd"),
                exact(row["profit"], "usd"),
            )
            for row in rows[:MOST_COINS]
        ],
        note=f"The {min(MOST_COINS, len(rows))} largest of {len(rows)} coins by notional closed.",
    )


def _published(found: Row) -> Section | None:
    rows = [figure for figure in found["figures"] if "published" in figure]
    if not rows:
        return None
    met = sum(row["reproduced"] for row in rows)
    return Section(
        id="published",
        title="What was published, and what the data give",
        text=(f"{met} of {len(rows)} published numbers come out of the data here to the dollar.",),
        grids=[
            Grid(
                heads=("figure", "published", "here", "how", "rests on"),
                rows=[
                    (
                        name_of(row["id"]),
                        exact(row["published"], row["unit"]),
                        exact(row["value"], row["unit"]),
                        row["tag"] if row["reproduced"] else f"{row['tag']}, {why_not(row)}",
                        row["basis"],
                    )
                    for row in rows
                ],
                note="Recomputed: by its definition from rows. Summed: from a table that was published finished. Quoted: read off; "
                "never counts as reproduced.",
            )
        ],
    )  # fmt: skip


def _corrected(found: Row) -> Section | None:
    if not found["corrections"]:
        return None
    reasons: dict[str, int] = {}
    rows = []
    for one in found["corrections"]:
        old, new = one["published"], one["corrected"]
        values = [show(figure["value"], figure["unit"]) for figure in (old, new)]
        number = reasons.setdefault(one["reason"], len(reasons) + 1)
        rows.append((corrected_name(old), *values, str(number)))
    return Section(
        id="corrected",
        title="What is wrong in the publications",
        items=[f"({number}) {reason}" for reason, number in reasons.items()],
        grids=[Grid(heads=("figure", "published", "corrected", "reason"), rows=rows)],
    )


def _policies(found: Row) -> Section | None:
    drawn: list[Figure | None] = []
    if found.get("published_policies"):
        drawn.append(figures_of.published_policies(found["published_policies"]))
    totals: Sequence[Row] = found.get("policy_totals", [])
    drawn += [figures_of.answers(totals, kind) for kind in KINDS]
    shown = [figure for figure in drawn if figure is not None]
    whom = [row for row in found.get("policy_answers", []) if row["kind"] == "complete group"]
    grids = [_to_whom(whom)] if whom else []
    if not shown and not grids:
        return None
    return Section(id="policies", title="What each policy would have done", figures=shown, grids=grids)  # fmt: skip


def _to_whom(rows: Sequence[Row]) -> Grid:
    return Grid(
        heads=("group and policy", "accounts", "closed whole", "to others than it was", "largest closes"),
        rows=[
            (
                f"{row['question']}, {row['policy']}",
                show_count(row["accounts"]),
                show_count(row["whole"]),
                "–" if row["moved_share"] is None else show(row["moved_share"], "share"),
                ", ".join(f"{one['account']} {show_money(one['notional'])}" for one in row["largest"]),
            )
            for row in rows
        ],
        note="Complete groups of fills: the same accounts, the same lots, another order. Others on their side are in no table.",
    )  # fmt: skip


def _archive(found: Row, figures: Mapping[str, Row]) -> Section | None:
    rows = [figure for name, figure in figures.items() if name.startswith("archive_")]
    if not rows:
        return None
    return Section(
        id="archive",
        title="Your archive, rolled forward fill by fill",
        grids=[
            Grid(
                heads=("figure", "value", "definition"),
                rows=[(name_of(r["id"]), exact(r["value"], r["unit"]), r["words"]) for r in rows],
            ),
            _archive_waves(found.get("archive_waves", [])),
        ],
    )


def _archive_waves(rows: Sequence[Row]) -> Grid:
    return Grid(
        heads=("wave", "from", "fills", "notional", "needed", "with its sign", "true need"),
        rows=[
            (
                str(row["wave"]),
                clock(row["t_start_ms"]),
                show_count(row["fills"]),
                *(exact(row[name], "usd") for name in ("notional", "needed", "needed_signed")),
                "–" if row["true_need"] is None else exact(row["true_need"], "usd"),
            )
            for row in rows
        ],
    )


def _groups(found: Row) -> Section | None:
    rows = found.get("groups", [])
    if not rows:
        return None
    return Section(
        id="groups",
        title="How a group of fills is built",
        text=("One price a group, winners closed whole, at most one in part, and that one last.",),
        grids=[
            Grid(
                heads=("coin", "at", "fills", "price", "one price", "closed whole", "part closed last"),
                rows=[
                    (
                        row["coin"],
                        clock(row["t_ms"]),
                        show_count(row["fills"]),
                        f"{row['price']:g}",
                        "yes" if row["one_price"] else "no",
                        show_count(row["whole_closes"]),
                        "yes" if row["partial_last"] else "no",
                    )
                    for row in rows
                ],
            )
        ],
    )  # fmt: skip


def _data(found: Row) -> Section:
    data = found["data"]
    lacking = [f"Lacking: {gap['what']}: {gap['why']}." for gap in found["not_computed"]]
    wrong = [f"Wrong: {where(one)}: {one['what']} {one['then']}" for one in data["problems"]]
    tables = Grid(
        heads=("table", "holds", "rows", "of", "rests on"),
        rows=[
            (
                row["table"],
                row["says"],
                show_count(row["rows"]),
                "–" if row["whole"] is None else show_count(row["whole"]),
                row["basis"],
            )
            for row in data["tables"]
        ],
    )
    checks = Grid(
        heads=("totals held against each other", "one", "other", "agree"),
        rows=[
            (row["what"], f"{row['left']:,.2f}", f"{row['right']:,.2f}", "yes" if row["agrees"] else "no")
            for row in found["checks"]
        ],
    )  # fmt: skip
    return Section(id="data", title="Data and checks", items=[*wrong, *lacking], grids=[tables, checks])  # fmt: skip
