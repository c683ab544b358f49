"""Compiled code run as the plain Python it was written in: each dispatcher's function, with plain twins of what it calls.

Behaviours of agents take addresses. Here the observation and the agent are objects with the same attributes, and rows of
messages are reached by dividing what would be an address by the size of a row.
"""

from types import FunctionType
from typing import Any

from unhedged.agents.orders import SIZE
from unhedged.kernels import compiled, floatmath, lanes, rng, tables
from unhedged.kernels.compiled import ByAddress
from unhedged.reference import floatmath as plain_math
from unhedged.reference import rng as plain_rng
from unhedged.reference.world import Behaviour, Message

ROWS: list[Message] = []
"""Messages of the turn in progress."""


def _itself(x: Any) -> Any:
    return x


def _row(address: int) -> Message:
    return ROWS[address // SIZE]


def _uniforms(me: Any) -> Any:
    me.draws += 1
    return plain_rng.uniforms_of(me.key, me.draws - 1)


def _normals(me: Any) -> Any:
    me.draws += 1
    return plain_rng.normals_of(me.key, me.draws - 1)


def _exp_pair(a: float, b: float) -> tuple[float, float]:
    return plain_math.exp(a), plain_math.exp(b)


TWINS: list[tuple[Any, Any]] = [
    (tables.as_observation, _itself),
    (tables.as_agent, _itself),
    (tables.as_parameter, _itself),
    (tables.as_message, _row),
    (rng.uniforms, _uniforms),
    (rng.normals, _normals),
    (rng.exponential, plain_rng.exponential),
    (floatmath.ln, plain_math.ln),
    (floatmath.exp_, plain_math.exp),
    (floatmath.pow_, plain_math.pow),
    (lanes.exp_pair, _exp_pair),
    (compiled.i8, int),
    (compiled.u8, int),
    (compiled.f8, float),
]
_done: dict[Any, Any] = {}


def unfold(function: Any) -> Any:
    """Return ``function`` in plain Python, and so everything it calls."""
    for compiled_form, twin in TWINS:
        if function is compiled_form:
            return twin
    source = function.python if isinstance(function, ByAddress) else function
    source = getattr(source, "py_func", source)
    if source not in _done:
        namespace = dict(source.__globals__)
        plain = FunctionType(source.__code__, namespace, source.__name__, source.__defaults__)
        _done[source] = plain
        for name in source.__code__.co_names:
            used = namespace.get(name)
            is_twin = any(used is form for form, _ in TWINS)
            if is_twin or isinstance(used, ByAddress) or hasattr(used, "py_func"):
                namespace[name] = unfold(used)
    return _done[source]


def behaviour(function: Any) -> Behaviour:
    """Return a compiled behaviour as one the plain loop can call."""
    plain = unfold(function)

    def behave(seen: Any, me: Any, out: Any) -> int:
        ROWS[:] = out
        return int(plain(seen, me, 0))

    return behave
