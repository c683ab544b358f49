"""The tables of docs/explanation/one-account.md, computed; ``python -m tests.support.one_account_tables`` writes them there."""

from pathlib import Path

from tests.support.one_account import ATOMS, START, replays, utc

from unhedged.replay.account import ORDERS, AccountReplay, Choice, Interval, leg_first, span
from unhedged.venues import rulebook
from unhedged.vocab.units import SECOND, parse_duration, parse_rate

MINUTES = ("21:17", "21:18", "21:19", "21:20")
CLOCKS = ("21:05:02", "21:14:59", "21:16:30", "21:16:31", "21:17:00", "21:18:00", "21:19:00", "21:20:00", "21:21:00")  # fmt: skip


BOOK = rulebook.load("binance-usdm@2025-10-10")
PAUSE = parse_duration(BOOK.value("liquidation.leg_pause")) // SECOND


def clearance_fee() -> int:
    """The rulebook's fee, ppb."""
    return parse_rate(BOOK.value("liquidation.fee"))


def minute(clock: str) -> tuple[int, int]:
    """Start and end of a minute."""
    start = utc(f"{clock}:00")
    return start, start + 60


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def dollars(atoms: int) -> str:
    """Whole dollars, real minus."""
    return f"{round(atoms / ATOMS):,}".replace("-", "−")


def shown(interval: Interval | None) -> str:
    """An interval, or a dash."""
    return "–" if interval is None else f"{dollars(interval[0])} to {dollars(interval[1])}"


def path_table(found: dict[str, AccountReplay]) -> str:
    """Opening wallet needed at some moments."""
    rows = []
    for clock in CLOCKS:
        needs = [replay.needs[utc(clock) - START] for replay in found.values()]
        rows.append([clock, *map(dollars, needs)])
    return table(["UTC", *found], rows)


def touch_table(found: dict[str, AccountReplay]) -> str:
    """Opening wallets first touched, by minute."""
    rows = [
        [clock, *(shown(replay.first_touched(*minute(clock))) for replay in found.values())]
        for clock in MINUTES
    ]
    return table(["first touched in", *found], rows)


def order_table(found: dict[str, AccountReplay]) -> str:
    """Opening wallets for which one leg is closed and the rest is taken over a minute later, by order and minute."""
    held = next(iter(found.values())).legs
    single = [leg_first(leg.contract.id) for leg in held]
    rows = []
    for clock in MINUTES:
        for name, choice in ORDERS.items():
            cells = [_taken(replay, clock, [choice]) for replay in found.values()]
            rows.append([clock, name, *cells])
        rows.append(
            [clock, "any one of the 13 legs", *(_taken(r, clock, single) for r in found.values())]
        )
    return table(["first touched in", "closed in the first round", *found], rows)


def _taken(replay: AccountReplay, clock: str, choices: list[Choice]) -> str:
    results = [
        replay.outcomes(*minute(clock), choice, fee_ppb=clearance_fee(), pause=PAUSE)
        for choice in choices
    ]
    spans = [span(result.taken_over) for result in results]
    if any(one is None for one in spans):
        return "none"
    ends = [one for one in spans if one is not None]
    # What every choice allows.
    text = shown((max(low for low, _ in ends), min(high for _, high in ends)))
    whole = replay.first_touched(*minute(clock))
    saved = max(sum(high - low for low, high in result.enough) for result in results)
    share = saved / (whole[1] - whole[0]) if whole else 0.0
    return f"{text}, less {share:.0%}" if share >= 0.005 else text


def turn_table(found: dict[str, AccountReplay]) -> str:
    """Legs closed one after another in the minute 21:18 until the margin is restored: share of the wallets touched then."""
    rows = []
    for name, choice in ORDERS.items():
        cells = []
        for replay in found.values():
            counts = replay.closed_in_turn(*minute("21:18"), choice, fee_ppb=clearance_fee())
            total = sum(high - low for parts in counts.values() for low, high in parts)
            one = sum(high - low for low, high in counts.get(1, ()))
            every = sum(high - low for low, high in counts.get(len(replay.legs), ()))
            between = total - one - every
            cells.append(f"{one / total:.0%} / {between / total:.0%} / {every / total:.0%}")
        rows.append([name, *cells])
    return table(["closed in turn", *found], rows)


TABLES = {"path": path_table, "touch": touch_table, "orders": order_table, "turns": turn_table}


def write(page: Path) -> None:
    """Put the tables into a page."""
    found, text = replays(), page.read_text("utf-8")
    for name, make in TABLES.items():
        mark = f"<!-- data: {name} -->\n"
        head, _, rest = text.partition(mark)
        _, end, tail = rest.partition("<!-- end -->")
        text = f"{head}{mark}{make(found)}\n{end}{tail}"
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[2] / "docs" / "explanation" / "one-account.md")
