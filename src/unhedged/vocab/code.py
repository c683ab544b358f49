"""What a plug-in's code is, as a digest: other code under the same name is another plan.

A function counts with everything of the user's that it reaches: its bytecode, constants, defaults and closure, and the functions,
classes and plain values it names in its module, one after the other. Installed packages do not count, nor does what this package
brings: their versions stand in the manifest. A module file counts whole, a script or a notebook only as far as it is reached, so that
a line about plotting does not make other results.
"""

import contextlib
import functools
import hashlib
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OURS = "unhedged"
_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_NO_CODE = ("__dict__", "__weakref__", "__doc__", "__static_attributes__", "__firstlineno__")
_SCRIPTS = ("__main__", "__mp_main__")
_INSTALLED = tuple(
    Path(path).resolve()
    for path in {
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
)


def code_digest(target: Any) -> str:
    """Return the SHA-256, 64 hex digits, of the code behind a plug-in."""
    digest = hashlib.sha256()
    for part in _object(_unwrapped(target), set()):
        digest.update(f"{len(part)}\0".encode() + part)
    return digest.hexdigest()


def _parts(value: Any, seen: set[int]) -> Iterator[bytes]:
    value = _unwrapped(value)
    if isinstance(value, _PLAIN):
        yield repr(value).encode()
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, list | tuple | set | frozenset):
        ordered = value if isinstance(value, list | tuple) else sorted(value, key=repr)
        for item in ordered:
            yield from _parts(item, seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield repr(key).encode()
            yield from _parts(item, seen)
    elif isinstance(value, types.ModuleType):
        yield from _file(value.__name__)
    elif _is_foreign(_home(value)):
        yield from _object(value, seen)
    else:
        yield f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}".encode()


def _object(value: Any, seen: set[int]) -> Iterator[bytes]:
    if isinstance(value, types.FunctionType):
        yield from _file(_home(value))
        yield from _code(value.__code__, value.__globals__, seen)
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        for part in (value.__defaults__, value.__kwdefaults__, cells):
            yield from _parts(part, seen)
    elif isinstance(value, type):
        for name, member in sorted(vars(value).items()):
            if name not in _NO_CODE:
                yield name.encode()
                yield from _parts(member, seen)
        for base in value.__bases__:
            yield from _parts(base, seen)
    elif isinstance(value, types.BuiltinFunctionType):
        yield f"{value.__module__}.{value.__qualname__}".encode()
    else:
        yield from _parts(type(value), seen)
        yield from _parts(getattr(value, "__dict__", None), seen)


def _code(code: types.CodeType, names: dict[str, Any], seen: set[int]) -> Iterator[bytes]:
    yield code.co_code
    yield " ".join((*code.co_names, *code.co_varnames, *code.co_freevars)).encode()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant, names, seen)
        else:
            yield from _parts(constant, seen)
    for name in code.co_names:
        if name in names:
            yield from _parts(names[name], seen)


def _unwrapped(value: Any) -> Any:
    # The Python function behind a compiled or bound one.
    for _ in range(8):
        for name in ("python", "py_func", "__func__"):
            inner = getattr(value, name, None)
            if isinstance(inner, types.FunctionType):
                value = inner
                break
        else:
            if isinstance(value, functools.partial):
                return [value.func, value.args, value.keywords]
            return value
    return value


def _home(value: Any) -> str:
    # The module something was written in; code that was executed without one is a script's.
    if isinstance(value, types.FunctionType):
        return value.__module__ or _SCRIPTS[0]
    return getattr(value, "__module__", None) or type(value).__module__


def _is_foreign(module: str) -> bool:
    # Neither ours nor installed: code that a user may edit between two runs.
    if module.partition(".")[0] in (OURS, "builtins"):
        return False
    if module in _SCRIPTS:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return module not in sys.builtin_module_names
    parents = Path(file).resolve().parents
    return not any(folder in parents for folder in _INSTALLED)


def _file(module: str) -> Iterator[bytes]:
    file = getattr(sys.modules.get(module), "__file__", None)
    if module in _SCRIPTS:
        return
    yield module.encode()
    if file is not None and _is_foreign(module):
        with contextlib.suppress(OSError):
            yield Path(file).read_bytes()
