"""The screen of a replayed event: the finding first, then waves, policies, corrections, then what could not be computed."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unhedged.vocab.units import MINUS, show_money, show_number, show_rate

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
        _corrections(found),
        _archive(figures),
        _data(found),
    ):
        block = list(part)
        if block:
            lines += ["", *(f"  {line}" for line in block)]
    return "\n".join(line.rstrip() for line in lines)


def finding(found: Row) -> str:
    """Return the sentence of a replay: what was taken beyond need, of how much, by which definition."""
    figures = {figure["id"]: figure for figure in found["figures"]}
    over, removed = figures.get("overshoot"), figures.get("removed")
    if over and removed:
        waves, above = found.get("waves", []), figures.get("overshoot_above", over)
        return (
            f"{show_money(over['value'])} was taken from winners beyond need in {len(waves)} waves: equity removed against a "
            f"path without ADL ({show_money(removed['value'])}) less the gap between mark and execution "
            f"({show_money(figures['needed']['value'])}); waves that took too much took {show_money(above['value'])}."
        )
    if need := figures.get("archive_needed"):
        return (
            f"{show_money(need['value'])} stood between mark and execution in "
            f"{show_count(figures['archive_adl']['value'])} ADL fills of your archive."
        )
    if notional := figures.get("notional"):
        return f"{show_money(notional['value'])} of profitable positions was closed by ADL."
    return "The tables that say what was taken beyond need are not in the folder."


def show(value: float, unit: str) -> str:
    """Return a figure's value for people."""
    printers = {"usd": _money, "share": show_rate, "ratio": show_number, "s": _seconds}
    return printers.get(unit, show_count)(value)


def _money(value: float) -> str:
    # Less than half a cent is rounding of sums of floats.
    return show_money(value if abs(value) >= 0.005 else 0.0)


def exact(value: float, unit: str) -> str:
    """Return a figure's value in full: whole dollars, four digits of a share."""
    if unit == "usd":
        return f"{MINUS if round(value) < 0 else ''}${abs(round(value)):,}"
    return f"{value:,.4f}" if unit in ("share", "ratio") else show_count(value)


def show_count(value: float) -> str:
    """Return a whole number with separators."""
    return f"{round(value):,}".replace("-", MINUS)


def _seconds(value: float) -> str:
    return f"{value:,.1f} s" if value < 120 else f"{value / 60:,.1f} min"


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
        how = f["tag"] + ("" if f["reproduced"] else _not_whole(f))
        cells = f"{exact(f['published'], f['unit']):>18}{exact(f['value'], f['unit']):>18}"
        yield f"{_name(f['id']):<34}{cells}  {how}"


def _not_whole(figure: Row) -> str:
    rows = figure.get("rows")
    if rows:
        return f", {rows['present']:,} of {rows['whole']:,} rows here"
    return ", does not come out"


def _name(name: str) -> str:
    return name.replace("_", " ").replace(".", ", ")


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
            f"{row['wave']:>4}  {_clock(row['t_start_ms']):<12}{fills:>8}"
            f"{money[0]:>14}{money[1]:>14}{money[2]:>15}"
        )


def _clock(t_ms: int) -> str:
    second, ms = divmod(t_ms, 1_000)
    return f"{second // 3_600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.{ms:03}"


def _policies(found: Row) -> Iterator[str]:
    rows: Sequence[Row] = found.get("published_policies", [])
    if not rows:
        return
    yield "Policies of the published table ($M: overshoot regret, fairness regret, both)"
    yield f"{'':<24}{'as published':>28}{'against the true optimum':>28}{'largest haircut':>18}"
    for row in rows:
        published = (row["regret"], row["unfair_published"], row["total_published"])
        true = (row["regret"], row["unfair"], row["total"])
        cells = [
            " / ".join(f"{value / 1e6:.1f}" for value in values) for values in (published, true)
        ]
        worst = show_rate(row["mean_largest_haircut"])
        yield f"{row['policy']:<24}{cells[0]:>28}{cells[1]:>28}{worst:>18}"


def _corrections(found: Row) -> Iterator[str]:
    if not found["corrections"]:
        return
    yield "Corrected (published → ours, and why)"
    reasons: dict[str, list[str]] = {}
    for one in found["corrections"]:
        old, new = one["published"], one["corrected"]
        pair = f"{_name(old['id'])} {show(old['value'], old['unit'])} → {show(new['value'], new['unit'])}"
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
        yield f"{_name(figure['id'].removeprefix('archive_')):<34}{exact(figure['value'], figure['unit']):>18}"


def _data(found: Row) -> Iterator[str]:
    data = found["data"]
    agreed = sum(check["agrees"] for check in found["checks"])
    yield (
        f"Data     {len(data['tables'])} tables, {len(data['documents'])} documents, "
        f"{len(data['archive']['fills'])} archive files; {agreed} of {len(found['checks'])} totals agree"
    )
    for problem in data["problems"][:SHOWN_PROBLEMS]:
        where = (
            problem["file"]
            if problem["row"] is None
            else f"{problem['file']}, row {problem['row']:,}"
        )
        yield from _hang("Wrong    ", f"{where}: {problem['what']} {problem['then']}")
    if len(data["problems"]) > SHOWN_PROBLEMS:
        yield f"         and {len(data['problems']) - SHOWN_PROBLEMS:,} more (--json has them all)"
    for gap in found["not_computed"]:
        yield from _hang("Lacking  ", f"{gap['what']}: {gap['why']}.")
    yield from _hang(
        "Basis    ",
        "fills are the chain's; deficits, equity and removals rest on HyperReplay (before the position-size fix), shocks and "
        "leverage on HyperMultiAssetedADL (after it). --json names the basis of every figure.",
    )


def _hang(word: str, text: str) -> list[str]:
    return textwrap.wrap(word + text, WIDTH, subsequent_indent=" " * len(word))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
