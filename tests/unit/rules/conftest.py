"""A form of each rule that refuses every intermediate integer outside int64."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import pytest

from unhedged.rules import integer

LOWEST, HIGHEST = -(2**63), 2**63 - 1


class Int64(int):
    """An integer whose arithmetic raises outside int64, as compiled code would silently wrap."""

    def __new__(cls, x: int) -> Int64:
        if not LOWEST <= x <= HIGHEST:
            raise OverflowError(f"{int(x)} leaves int64")
        return super().__new__(cls, x)

    def __add__(self, other: Any) -> Any:
        return wrap(int(self) + other)

    def __sub__(self, other: Any) -> Any:
        return wrap(int(self) - other)

    def __rsub__(self, other: Any) -> Any:
        return wrap(other - int(self))

    def __mul__(self, other: Any) -> Any:
        return wrap(int(self) * other)

    def __floordiv__(self, other: Any) -> Any:
        return wrap(int(self) // other)

    def __rfloordiv__(self, other: Any) -> Any:
        return wrap(other // int(self))

    def __neg__(self) -> Any:
        return wrap(-int(self))

    def __abs__(self) -> Any:
        return wrap(abs(int(self)))

    __radd__ = __add__
    __rmul__ = __mul__


def wrap(x: Any) -> Any:
    return Int64(x) if isinstance(x, int) and not isinstance(x, bool) else x


def _mul_div_floor(a: int, b: int, c: int) -> Any:
    a, b, c = (int(wrap(x)) for x in (a, b, c))
    return Int64(a * b // c)


def _mul_div_ceil(a: int, b: int, c: int) -> Any:
    a, b, c = (int(wrap(x)) for x in (a, b, c))
    return Int64(-(-a * b // c))


_WIDE = {integer.mul_div_floor: _mul_div_floor, integer.mul_div_ceil: _mul_div_ceil}


def _clone(rule: Callable[..., Any]) -> Callable[..., Any]:
    if rule in _WIDE:
        return _WIDE[rule]
    scope = dict(rule.__globals__)
    for name in rule.__code__.co_names:
        called = scope.get(name)
        if isinstance(called, types.FunctionType):
            scope[name] = _clone(called)
        elif isinstance(called, int):
            scope[name] = Int64(called)
    return types.FunctionType(rule.__code__, scope)


@pytest.fixture(scope="session")
def checked() -> Callable[..., Any]:
    """Call a rule so that any intermediate outside int64 raises; the result is a plain number."""
    clones: dict[Callable[..., Any], Callable[..., Any]] = {}

    def call(rule: Callable[..., Any], *arguments: Any) -> Any:
        if rule not in clones:
            clones[rule] = _clone(rule)
        result = clones[rule](*(wrap(x) for x in arguments))
        return int(result) if isinstance(result, Int64) else result

    return call
