"""Draws of laws: one stream per group and quantity, so nothing that is added shifts what was drawn before.

Draw n of a stream belongs to agent n of the group: a larger count extends the crowd and leaves the others as they were.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from unhedged.scenario.plan import Law
from unhedged.vocab.errors import InconsistentRules
from unhedged.vocab.keys import stream_key

Array = np.ndarray[Any, Any]
REDRAWS = 30
"""Times a draw outside ``low`` and ``high`` is drawn anew before it is set to the bound: a bound cuts the tail off, it does not
pile the tail up at one value, where a thousand liquidations would share a price."""


LARGEST = 1e18
"""Largest number a law may draw: nanoseconds and 10^-9 are kept in 64 bits."""


class Stream:
    """Draws for one group of agents of one replicate."""

    def __init__(self, seed: int, replicate: int, name: str) -> None:
        self._seed = seed
        self._replicate = replicate
        self._name = name

    def generator(self, purpose: str) -> np.random.Generator:
        """Return the generator of one quantity."""
        key = stream_key(self._seed, self._replicate, f"{self._name}#{purpose}")
        return np.random.Generator(np.random.Philox(key=key))

    def uniform(self, purpose: str, count: int) -> Array:
        """Return ``count`` numbers in [0, 1)."""
        return self.generator(purpose).random(count)

    def draw(self, value: Any, purpose: str, count: int) -> Array:
        """Return ``count`` float64 draws of a law within its bounds, or the number itself ``count`` times."""
        if not isinstance(value, Law):
            return np.full(count, float(value))
        low, high = value.parameters.get("low", -np.inf), value.parameters.get("high", np.inf)
        drawn = self._once(value, purpose, count)
        for again in range(1, REDRAWS + 1):
            outside = (drawn < low) | (drawn > high)
            if not outside.any():
                return self._sound(drawn, value, purpose)
            drawn[outside] = self._once(value, f"{purpose}~{again}", count)[outside]
        return self._sound(np.clip(drawn, low, high), value, purpose)

    def _sound(self, drawn: Array, law: Law, purpose: str) -> Array:
        # A number that 64 bits cannot hold in the engine's units would wrap around or end the run without a word.
        if np.isfinite(drawn).all() and np.abs(drawn).max(initial=0.0) <= LARGEST:
            return drawn
        raise InconsistentRules(
            f'Agents "{self._name}": the {law.kind} law of {purpose} draws numbers beyond {LARGEST:.0e}.',
            hint="Narrow the law, or bound it with high.",
        )

    def _once(self, law: Law, purpose: str, count: int) -> Array:
        return _LAWS[law.kind](self.generator(purpose), law.parameters, count)


def _lognormal(g: np.random.Generator, p: Mapping[str, Any], count: int) -> Array:
    return np.asarray(p["median"] * np.exp(p["sigma"] * g.standard_normal(count)))


def _loguniform(g: np.random.Generator, p: Mapping[str, Any], count: int) -> Array:
    return np.asarray(np.exp(np.log(p["low"]) + g.random(count) * np.log(p["high"] / p["low"])))


def _discrete(g: np.random.Generator, p: Mapping[str, Any], count: int) -> Array:
    edges = np.cumsum(p["weights"])
    at = np.searchsorted(edges, g.random(count) * edges[-1], side="right")
    return np.asarray(p["values"], float)[np.minimum(at, len(edges) - 1)]


_LAWS: Mapping[str, Callable[[np.random.Generator, Mapping[str, Any], int], Array]] = {
    "lognormal": _lognormal,
    "loguniform": _loguniform,
    "discrete": _discrete,
    "normal": lambda g, p, n: p["mean"] + p["sd"] * g.standard_normal(n),
    "uniform": lambda g, p, n: p["low"] + (p["high"] - p["low"]) * g.random(n),
    "exponential": lambda g, p, n: -p["mean"] * np.log1p(-g.random(n)),
    "pareto": lambda g, p, n: p["minimum"] * (1.0 - g.random(n)) ** (-1.0 / p["alpha"]),
}
