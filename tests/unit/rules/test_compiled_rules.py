"""Plain and compiled forms of every rule return the same number."""

import importlib
import inspect
import pkgutil
import random
from collections.abc import Callable
from typing import Any

import pytest
from numba import njit

from unhedged import rules
from unhedged.kernels.compiled import rule

PAIR = {"mul_div_floor", "mul_div_ceil"}  # have a compiled version of their own, with its own tests


def public_rules() -> list[Callable[..., Any]]:
    found = []
    for module in pkgutil.iter_modules(rules.__path__, "unhedged.rules."):
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            if (
                inspect.isfunction(value)
                and value.__module__ == module.name
                and not name.startswith("_")
                and name not in PAIR
            ):
                found.append(value)
    return found


def draw(name: str, kind: type, rng: random.Random) -> Any:
    if kind is float:
        return rng.uniform(0.1, 100.0)
    if name in {"side", "heavier"}:
        return rng.choice((-1, 1))
    if name in {"pos", "signed_qty", "size"}:
        return rng.choice((-1, 1)) * rng.randrange(1, 10**8)
    if name in {"long_qty", "short_qty"}:
        return rng.randrange(10**8)
    if name in {"exponent", "in_cooldown"}:
        return rng.randrange(0, 3)
    if name in {"num", "den", "samples", "n", "leverage", "max_leverage", "interval_h", "buckets"}:
        return rng.randrange(1, 1_000)
    if name.startswith("weight") and name != "weighted_sum":
        return rng.randrange(0, 1_000)
    if name.endswith(("_ppb", "rate", "rate_prev")) or "milli" in name:
        return rng.randrange(1, 5 * 10**8)
    return rng.randrange(10**9, 10**13)


def caller(compiled: Any, count: int) -> Any:
    names = ", ".join(f"x{i}" for i in range(count))
    scope = {"compiled": compiled}
    exec(f"def call({names}): return compiled({names})", scope)
    return njit(scope["call"])


@pytest.mark.slow
@pytest.mark.parametrize("plain", public_rules(), ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_compiled_rule_equals_the_plain_one(plain):
    kinds = {k: v for k, v in inspect.get_annotations(plain).items() if k != "return"}
    call = caller(rule(plain), len(kinds))
    rng = random.Random(plain.__name__)
    for _ in range(50):
        arguments = [draw(name, kind, rng) for name, kind in kinds.items()]
        expected = plain(*arguments)
        if isinstance(expected, int) and abs(expected) >= 2**63:
            continue
        assert call(*arguments) == expected, arguments
