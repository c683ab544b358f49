"""What numba does differently while kernels compile: the same answers and the same instructions, each worked out once.

A few hundred small functions on the same few types ask numba the same questions thousands of times, and nested as they call each
other every one of them times all below it. The loop compiles in 23.6 s of CPU time; without signatures kept 28.6 s, with every event
told 25.7 s, with a pass manager a function 24.5 s (measured, each left out alone).

Internal names of numba are used; it is pinned to one minor version, and `tests/unit/kernels/test_meanwhile.py` holds the promise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import event
from numba.core.codegen import JITCodeLibrary
from numba.core.types.functions import BaseFunction
from numba.core.types.npytypes import Record

_signatures: dict[tuple[Any, ...], Any] = {}


def _repr(record: Any) -> str:
    # Numba compares types by text and writes a record's anew each time: a twentieth of the compilation (measured).
    text = record.__dict__.get("_text")
    if text is None:
        text = record.__dict__["_text"] = _write(record)
    return str(text)


def _get_call_type(function: Any, context: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
    # What `a + b` is of two int64 is found by trying every known addition: 15,000 times in the loop, of 1,000 kinds. An answer is
    # given again only by the very object that gave it and still knows how it is carried out.
    if kws:
        return _find_call_type(function, context, args, kws)
    asked = (id(function), id(context), args)
    found, holder = _signatures.get(asked, (None, None))
    if holder is not function or found.args not in function._impl_keys:
        found = _find_call_type(function, context, args, kws)
        _signatures[asked] = (found, function)
    return found


@contextmanager
def _install_timer(_kind: str, _callback: Callable[[float], None]) -> Iterator[None]:
    # Each function would listen to every use of LLVM by all that compile inside it, for a figure nobody reads.
    yield


def _broadcast(kind: str, send: Callable[..., None], *details: Any, **more: Any) -> None:
    if event._registered.get(kind):
        send(kind, *details, **more)


def _start_event(kind: str, *details: Any, **more: Any) -> None:
    # Told twice at each of 80,000 calls of LLVM; made only when somebody listens.
    _broadcast(kind, _start, *details, **more)


def _end_event(kind: str, *details: Any, **more: Any) -> None:
    _broadcast(kind, _end, *details, **more)


def _optimize_functions(library: Any, module: Any) -> None:
    # As numba's, with one pass manager for all functions of a module: making one takes longer than most functions do.
    module.data_layout = library._codegen._data_layout
    manager, builder = library._codegen._function_pass_manager()
    for function in module.functions:
        if not function.is_declaration:
            manager.run(function, builder)


_write = Record.__repr__
_find_call_type = BaseFunction.get_call_type
_start, _end = event.start_event, event.end_event
_CHANGES: tuple[tuple[Any, str, Any], ...] = (
    (Record, "__repr__", _repr),
    (BaseFunction, "get_call_type", _get_call_type),
    (event, "install_timer", _install_timer),
    (event, "start_event", _start_event),
    (event, "end_event", _end_event),
    (JITCodeLibrary, "_optimize_functions", _optimize_functions),
)
_undo: list[tuple[Any, str, Any]] = []


@contextmanager
def sparing() -> Iterator[None]:
    """Let numba work so; put back when the outermost is left. Numba's compiler lock must be held."""
    outermost = not _undo
    if outermost:
        for owner, name, ours in _CHANGES:
            _undo.append((owner, name, vars(owner).get(name)))
            setattr(owner, name, ours)
    try:
        yield
    finally:
        if outermost:
            _put_back()


def _put_back() -> None:
    while _undo:
        owner, name, theirs = _undo.pop()
        if theirs is None:  # inherited
            delattr(owner, name)
        else:
            setattr(owner, name, theirs)
    _signatures.clear()
