"""A replicate's budget in words: what its events were, and where its time went."""

from collections.abc import Iterator, Mapping

LOOKS, EVENTS = "looks.", "events."


def profile(checks: Mapping[str, object], simulated_s: float) -> str:
    """Return the event budget and, where somebody watched, the share of time by kind of work, as lines of text.

    Parameters
    ----------
    checks : mapping
        Checks of a results folder: ``events.<kind>``, and of watched replicates ``looks.<work>`` and times in ms.
    simulated_s : float
        Simulated time of all replicates in ``checks``, s.
    """
    return "\n".join([*_times(checks), *_events(checks, simulated_s)])


def _part(checks: Mapping[str, object], prefix: str) -> list[tuple[str, int]]:
    found = [
        (name.removeprefix(prefix).replace("_", " "), value)
        for name, value in checks.items()
        if name.startswith(prefix) and isinstance(value, int) and value > 0
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _whole(checks: Mapping[str, object], name: str) -> int:
    value = checks.get(name, 0)
    return value if isinstance(value, int) else 0


def _times(checks: Mapping[str, object]) -> Iterator[str]:
    looks = _part(checks, LOOKS)
    if not looks:
        yield "No replicate of this folder was watched: run with --profile --force to see where the time goes."
        yield ""
        return
    total = sum(count for _, count in looks)
    loop, watched = _whole(checks, "loop_ms") / 1e3, _whole(checks, "watched_events")
    yield f"Time in the loop, {loop:,.1f} s of CPU, {total:,} looks"
    for work, count in looks:
        yield f"  {work:<16}{count / total:>7.1%}{loop * count / total:>9.2f} s"
    yield f"  {watched / max(loop, 1e-9):,.0f} events/s"
    yield (
        f"Around it: building the world {_whole(checks, 'build_ms') / 1e3:,.1f} s, "
        f"its tables {_whole(checks, 'tables_ms') / 1e3:,.1f} s"
    )
    yield ""


def _events(checks: Mapping[str, object], simulated_s: float) -> Iterator[str]:
    kinds = _part(checks, EVENTS)
    total = sum(count for _, count in kinds)
    yield f"{'Events handled':<18}{'count':>14}{'share':>8}{'per simulated s':>18}"
    for kind, count in [*kinds, ("all", total)]:
        rate = count / max(simulated_s, 1e-9)
        yield f"  {kind:<16}{count:>14,}{count / max(total, 1):>8.1%}{rate:>18,.2f}"
    yield f"  margin checks {_whole(checks, 'margin_checks'):>16,}"
