"""The tables of docs/explanation/adl-theory.md, computed; ``python -m tests.support.adl_theory_tables`` writes them there."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.support import adl_severity, adl_theory
from tests.support.adl_theory import HEAVY, LIGHT, Estimate, pro_rata, queue

from unhedged.measures.survivor import ptsr, top_survivor

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "adl-theory.md"
ROUNDS = (100, 1_000, 10_000)

BOOK = (1.0, 1.5, -1.5, 9.5, -9.9)
"""Signed leverage of five accounts of one coin each, entered at 1."""


def bankruptcy(leverage: float, entry: float = 1.0) -> float:
    """Price at which a position of one, on ``entry / |leverage|`` of cash, is worth nothing; at least 0."""
    return max(0.0, entry * (1 - 1 / leverage))


def equity(leverage: float, price: float, entry: float = 1.0) -> float:
    """Equity of that account at ``price``."""
    side = 1 if leverage > 0 else -1
    return entry / abs(leverage) + side * (price - entry)


def half(n: int) -> float:
    """Severity that stays."""
    return 0.5


def falling(n: int) -> float:
    """Severity that falls with the number of winners."""
    return n**-0.25


LAWS = (
    ("light", LIGHT, "pro-rata", pro_rata, "1/2", half, 1.0),
    ("light", LIGHT, "pro-rata", pro_rata, "n^−1/4", falling, 0.05),
    ("light", LIGHT, "pro-rata", pro_rata, "n^−1/4", falling, 1.0),
    ("light", LIGHT, "queue", queue, "1/2", half, 1.0),
    ("heavy", HEAVY, "pro-rata", pro_rata, "1/2", half, 1.0),
    ("heavy", HEAVY, "pro-rata", pro_rata, "n^−1/4", falling, 0.05),
    ("heavy", HEAVY, "pro-rata", pro_rata, "n^−1/4", falling, 1.0),
    ("heavy", HEAVY, "queue", queue, "1/2", half, 1.0),
)
"""Name and shape of profits, policy, severity, and the part of all profits the deficit is."""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float, digits: int = 3) -> str:
    """A figure, real minus, trailing zeros kept."""
    return f"{value:,.{digits}f}".replace("-", "−")


def shown(found: Estimate, digits: int = 2) -> list[str]:
    """A mean and its interval."""
    return [
        number(found.mean, digits),
        f"{number(found.low, digits)} to {number(found.high, digits)}",
    ]


def amounts(x: np.ndarray) -> str:
    """A vector."""
    return ", ".join(f"{v:g}" for v in np.round(x, 12))


def micro() -> str:
    """Three winners, half of a deficit of 15."""
    w, budget = [8.0, 4.0, 0.5], 7.5
    rows = []
    for name, x in (
        ("queue, order 2, 1, 3", queue(w, budget, [1, 0, 2])),
        ("queue by profit", queue(w, budget)),
        ("pro-rata", pro_rata(w, budget)),
    ):
        top = top_survivor(w, x)
        rows.append([name, amounts(x), f"{top:g}", number(ptsr(top, 0.5, 15.0))])
    return table(["policy", "taken from 8, 4, 0.5", "most left to one", "PTSR"], rows)


def book() -> str:
    """Five accounts: bankruptcy prices and what they lack when the price jumps to 1.5."""
    rows = [
        [
            f"{leverage:g}×".replace("-", "−"),
            number(bankruptcy(leverage), 4),
            number(equity(leverage, 1.5)),
            number(max(0.0, -equity(leverage, 1.5))),
        ]
        for leverage in BOOK
    ]
    return table(["leverage", "bankruptcy price", "equity at 1.5", "lacks"], rows)


IDENTITY = (([8.0, 4.0, 0.5], 3.0), ([8.0, 4.0, 0.5], 7.5), ([8.0, 7.0], 4.0))


def identity() -> str:
    """Pro-rata less queue, for the top winner and for whoever has most left."""
    rows = []
    for w, budget in IDENTITY:
        spread, first = pro_rata(w, budget), queue(w, budget)
        rows.append(
            [
                amounts(np.array(w)),
                f"{budget:g}",
                number(budget * (1 - w[0] / sum(w))),
                number((w[0] - spread[0]) - (w[0] - first[0])),
                number(top_survivor(w, spread) - top_survivor(w, first)),
            ]
        )
    return table(["profits", "budget", "H (1 − w₁/U)", "top winner keeps more", "most left to one is more by"], rows)  # fmt: skip


def scaling() -> str:
    """Exponent of PTSR against the law."""
    rows = []
    for shape, tail, policy, rule, words, theta, part in LAWS:
        found = adl_theory.ptsr_exponent(tail, theta, haircut=part, policy=rule)
        rows.append([shape, policy, words, f"{part:g}", *shown(found)])
    return table(["profits", "policy", "severity", "deficit / profits", "exponent", "95 % interval"], rows)  # fmt: skip


def imbalance() -> str:
    """Exponents of PMR."""
    rows = [
        [
            f"ℓ⁺/ℓ⁻, deficit {part:g} of profits when equal",
            "1",
            *shown(adl_theory.imbalance_exponent(part), 3),
        ]
        for part in (0.02, 0.2, 1.0)
    ]
    rows.append(["largest profit of n winners, b⁺", "1", *shown(adl_theory.tail_exponent("winners"))])  # fmt: skip
    rows.append(["largest deficit of n losers, b⁻", "−1", *shown(adl_theory.tail_exponent("losers"))])  # fmt: skip
    return table(["PMR against", "law", "exponent", "95 % interval"], rows)


def margin() -> str:
    """What doubling the losers' leverage does to the largest deficit."""
    rows = [
        [f"{low:g}× to {2 * low:g}×", "2", *shown(adl_theory.doubling(low))]
        for low in (5.0, 10.0, 20.0, 40.0, 80.0)
    ]
    return table(["losers' leverage", "law", "largest deficit grows by", "95 % interval"], rows)


def regret() -> str:
    """Regret of severity by sequence, in the worst case over rounds shown."""
    rows = []
    for name, wanted in adl_severity.SEQUENCES.items():
        found = [adl_severity.regret(wanted, rounds) for rounds in ROUNDS]
        rows.append([name, *(number(value, 1) for value in found)])
    rows.append(["*bound for all of them*", *(number(adl_severity.bound(n), 1) for n in ROUNDS)])
    rows.append(["*a severity fixed in advance, worse of the first two*", *(f"≥ {n // 2:,}" for n in ROUNDS)])  # fmt: skip
    return table(["budget wanted", *(f"{n:,} rounds" for n in ROUNDS)], rows)


TABLES: dict[str, Callable[[], str]] = {
    "micro": micro,
    "book": book,
    "identity": identity,
    "scaling": scaling,
    "imbalance": imbalance,
    "margin": margin,
    "regret": regret,
}


def block(name: str) -> "re.Pattern[str]":
    """Where a table stands in the page."""
    return re.compile(rf"(<!-- data: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write every table into the page."""
    text = PAGE.read_text("utf-8")
    for name, compute in TABLES.items():
        made = compute()
        text = block(name).sub(lambda found, made=made: f"{found[1]}{made}\n{found[3]}", text)
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
