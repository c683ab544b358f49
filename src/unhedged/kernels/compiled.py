"""The one place that imports numba and sets how kernels are compiled.

Kernels get one record, the ``World``, that holds addresses of tables; a table is reached through a typed accessor, so
``order(w, i).qty`` reads like a struct and costs like C. No array crosses a call: each array argument would cost a
reference count, 25 times the work of a book message (measured).

Decorators: ``helper`` is inlined into its callers, ``kernel`` is called, ``entry`` is called from Python and cached,
``agent`` is called by address. All but ``agent`` are compiled when first used, and with the declared signature alone, so
an integer literal never makes another specialisation and a code that a plan does not use is not compiled.
"""

# ruff: noqa: ARG001
# The arguments of an intrinsic are fixed by numba.

from collections.abc import Callable
from types import FunctionType
from typing import Any, get_type_hints

import numpy as np
from llvmlite import ir
from numba import cfunc, from_dtype, njit, types
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import intrinsic

from unhedged.kernels import cache, drafts, wide
from unhedged.kernels.passes import Lean
from unhedged.rules import integer

CHECKED = cache.CHECKED
FOLDER = cache.install(cache.source_stamp())

i8, u8, f8, i4, i2, i1 = (
    types.int64,
    types.uint64,
    types.float64,
    types.int32,
    types.int16,
    types.int8,
)

_NAMES: dict[str, Any] = {
    "int64": types.int64,
    "uint64": types.uint64,
    "float64": types.float64,
    "boolean": types.boolean,
    "void": types.void,
    "Floats": types.float64[::1],
    "Integers": types.int64[::1],
}
_INTERNAL = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": Lean,
}

Function = Callable[..., Any]


def name_type(name: str, numba_type: Any) -> None:
    """Let signatures use ``name`` for a record type."""
    _NAMES[name] = numba_type


def parse_signature(text: str) -> Any:
    """Return the numba signature of ``"int64(World, int64)"``."""
    result, arguments = text.rstrip(")").split("(", 1)
    parts = [part.strip() for part in arguments.split(",") if part.strip()]
    return _NAMES[result.strip()](*(_NAMES[part] for part in parts))


def _fixed(dispatcher: Any, signature: str, *, draft: bool = False) -> Any:
    """Compile ``dispatcher`` on first use, with ``signature`` whatever the types of the call; internals as drafts."""
    compile_types = dispatcher.compile

    def compile_declared(_asked: Any) -> Any:
        # A second thread that waited here would find compilation switched off.
        with global_compiler_lock:
            for done in dispatcher.overloads.values():
                return done.entry_point
            if draft:
                with drafts.drafting(dispatcher.py_func.__qualname__):
                    compiled = compile_types(parse_signature(signature))
            else:
                with drafts.finishing():
                    compiled = compile_types(parse_signature(signature))
            dispatcher.disable_compile()
            return compiled

    dispatcher.compile = compile_declared
    return dispatcher


def kernel(signature: str) -> Callable[[Function], Any]:
    """Mark a function called by other kernels."""
    return lambda function: _fixed(njit(**_INTERNAL)(function), signature, draft=True)


def helper(signature: str) -> Callable[[Function], Any]:
    """Mark a small function inlined into its callers."""
    return lambda function: _fixed(
        njit(forceinline=True, **_INTERNAL)(function), signature, draft=True
    )


def entry(signature: str) -> Callable[[Function], Any]:
    """Mark a function called from Python: releases the interpreter lock, cached on disk when it is the package's own.

    Loading it from disk compiles nothing, neither the entry nor what it calls. Arguments should be plain int and float:
    an IntEnum member costs 50 us more per call.
    """

    def mark(function: Function) -> Any:
        kept = cache.owns(function)
        options = {"cache": kept, "nogil": True, "error_model": "numpy"}
        dispatcher = _fixed(njit(**options)(function), signature)
        if kept:
            KEPT[cache.full_name(function)] = dispatcher
        return dispatcher

    return mark


KEPT: dict[str, Any] = {}
"""What is kept on disk, by full name: the entries and the functions called by address of all modules imported so far."""


plus, minus, times = wide.trapped(CHECKED)


def accessor(field: str, dtype: np.dtype[Any]) -> Any:
    """Return ``table(w, i)``: the record at row ``i`` of the table whose address stands in ``w.<field>``.

    The checked build raises IndexError when ``i`` lies outside the ``w.n_<field>`` rows.
    """
    record = from_dtype(dtype)
    size = dtype.itemsize

    @intrinsic
    def access(typing: Any, w: Any, i: Any) -> Any:
        offset = w.offset(field)
        offset_rows = w.offset("n_" + field)

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            base = builder.bitcast(arguments[0], ir.IntType(8).as_pointer())

            def load(at: int) -> Any:
                found = builder.load(
                    builder.bitcast(builder.gep(base, [ir.Constant(word, at)]), word.as_pointer())
                )
                # Tables move between entries only: else every address would be read again after each write.
                found.set_metadata("invariant.load", builder.module.add_metadata([]))
                return found

            if CHECKED:
                outside = builder.icmp_unsigned(">=", arguments[1], load(offset_rows))
                with builder.if_then(outside, likely=False):
                    context.call_conv.return_user_exc(
                        builder, IndexError, (f"row outside table {field}",)
                    )
            address = builder.add(load(offset), builder.mul(arguments[1], ir.Constant(word, size)))
            return builder.inttoptr(address, context.get_value_type(record))

        return record(w, types.int64), build

    return access


def visible(field: str) -> Any:
    """Return ``write(w, value)``: a store to the int64 ``w.<field>`` that no optimiser drops, for a thread that looks on."""

    @intrinsic
    def write(typing: Any, w: Any, value: Any) -> Any:
        offset = w.offset(field)

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            base = builder.bitcast(arguments[0], ir.IntType(8).as_pointer())
            place = builder.gep(base, [ir.Constant(word, offset)])
            place = builder.bitcast(place, word.as_pointer())
            builder.store_atomic(arguments[1], place, ordering="monotonic", align=8)
            return context.get_dummy_value()

        return types.void(w, types.int64), build

    return write


def record_at(dtype: np.dtype[Any]) -> Any:
    """Return ``cast(address)``: the record of ``dtype`` that lies at an int64 address."""
    record = from_dtype(dtype)

    @intrinsic
    def cast(typing: Any, address: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(record))

        return record(types.int64), build

    return cast


def address_of(dtype: np.dtype[Any]) -> Any:
    """Return ``address(record)``: where a record of ``dtype`` lies, as int64."""
    record = from_dtype(dtype)

    @intrinsic
    def locate(typing: Any, row: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.ptrtoint(arguments[0], ir.IntType(64))

        return types.int64(record), build

    return locate


@intrinsic
def call_agent(typing: Any, address: Any, observation: Any, me: Any, out: Any) -> Any:
    """Call ``int64 f(int64, int64, int64)`` at ``address``."""
    return _call_by_address(types.int64, 3)


@intrinsic
def call_score(typing: Any, address: Any, winner: Any) -> Any:
    """Call ``float64 f(int64)`` at ``address``."""
    return _call_by_address(types.float64, 1)


def _call_by_address(result: Any, count: int) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(context.get_value_type(result), [word] * count)
        function = builder.inttoptr(arguments[0], kind.as_pointer())
        return builder.call(function, arguments[1:])

    return result(*([types.int64] * (count + 1))), build


class ByAddress:
    """A function compiled to C on first use of ``address``; ``python`` is the plain function."""

    def __init__(self, function: Function, signature: Any) -> None:
        self.python = function
        self._signature = signature
        self._compiled: Any = None
        if cache.owns(function):
            KEPT[cache.full_name(function)] = self

    @property
    def address(self) -> int:
        """Where the compiled function lies."""
        # An address dies with the object it came from, so two threads must not make two.
        with global_compiler_lock:
            if self._compiled is None:
                options = {"cache": cache.owns(self.python), "error_model": "numpy"}
                with drafts.finishing():
                    self._compiled = cfunc(self._signature, **options)(self.python)
        return int(self._compiled.address)

    def checked(self, *arguments: int) -> Any:
        """Call it through numba's wrapper, which turns its errors into exceptions."""
        return njit(self._signature)(self.python)(*arguments)


def agent(function: Function) -> ByAddress:
    """Mark a behaviour ``f(observation, me, out) -> number of messages``, all int64 addresses, called by the loop."""
    return ByAddress(function, types.int64(types.int64, types.int64, types.int64))


def score(function: Function) -> ByAddress:
    """Mark an ADL score ``f(winner) -> float64``, called for each winner with its record's address."""
    return ByAddress(function, types.float64(types.int64))


_MULTIPLY_DIVIDE = "int64(int64, int64, int64)"
_TYPE_NAMES = {int: "int64", float: "float64", bool: "boolean"}
_RULES: dict[Function, Any] = {
    integer.mul_div_floor: _fixed(wide.mul_div_floor, _MULTIPLY_DIVIDE, draft=True),
    integer.mul_div_ceil: _fixed(wide.mul_div_ceil, _MULTIPLY_DIVIDE, draft=True),
}


def rule(function: Function) -> Any:
    """Return the compiled form of a plain rule; its signature is its annotations, int as int64.

    The rules a rule calls are compiled too, with the 128-bit multiply-divide in place of Python's integers. Nothing is
    compiled before a kernel that uses the rule is, and none of it is kept on disk apart from that kernel's entry.
    """
    if function not in _RULES:
        namespace = dict(function.__globals__)
        for name in function.__code__.co_names:
            called = namespace.get(name)
            if isinstance(called, FunctionType) and called.__module__.startswith("unhedged.rules"):
                namespace[name] = rule(called)
        bound = FunctionType(function.__code__, namespace, function.__name__)
        bound.__defaults__ = function.__defaults__
        hints = get_type_hints(function)
        result = _TYPE_NAMES[hints.pop("return")]
        arguments = ", ".join(_TYPE_NAMES[kind] for kind in hints.values())
        dispatcher = njit(forceinline=True, **_INTERNAL)(bound)
        _RULES[function] = _fixed(dispatcher, f"{result}({arguments})", draft=True)
    return _RULES[function]
