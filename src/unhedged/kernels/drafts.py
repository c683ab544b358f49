"""Internal functions kept as drafts: optimised and turned into machine code once, inside what is called from Python.

Numba finishes every function by itself: it links all its callees in, optimises the whole and generates machine code, although
only an entry is ever called from outside. On a chain of calls the same code is optimised once per level: the loop took 116 s
to compile, nearly all of it that (measured). A draft stops before: it holds its own instructions and the list of what it
calls, and hands both over when an entry, or a user's own function, is finished.

Internal names of numba are used; it is pinned to one minor version, and `tests/unit/kernels/test_drafts.py` holds the promise.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import binding
from numba.core.codegen import CPUCodeLibrary, JITCodeLibrary, JITCPUCodegen

from unhedged.kernels.meanwhile import sparing

_names: list[str] = []


class Draft(JITCodeLibrary):  # type: ignore[misc]  # numba is untyped
    """A finished draft: cannot be called, only linked."""

    _shared_module: Any

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002 - the signature is numba's
        """Return 0: there is no machine code."""
        return 0

    def _get_module_for_linking(self) -> Any:
        if self._shared_module is None:
            whole = _linkable(self._final_module)
            for library in _called(self):
                whole.link_in(_part(library), preserve=True)
            self._shared_module = whole
        return self._shared_module


def _linkable(module: Any) -> Any:
    # A copy whose functions may be defined in several modules that are linked together, as numba marks them.
    copy = module.clone()
    for function in list(copy.functions):
        if not function.is_declaration and function.linkage == binding.Linkage.external:
            function.linkage = "linkonce_odr"
    return copy


def _part(library: Any) -> Any:
    return (
        _linkable(library._final_module)
        if isinstance(library, Draft)
        else library._get_module_for_linking()
    )


def _called(library: Any) -> list[Any]:
    # Everything `library` calls, directly or not, each once and before what it calls itself. LLVM links a function in only when
    # it is asked for by then: a library may list what its optimised code no longer calls and a later one does.
    order: list[Any] = []
    seen = {id(library)}
    waiting = [iter(library._linking_libraries)]
    path: list[Any] = [library]
    while waiting:
        for one in waiting[-1]:
            if id(one) not in seen:
                seen.add(id(one))
                path.append(one)
                waiting.append(iter(one._linking_libraries if isinstance(one, Draft) else ()))
                break
        else:
            waiting.pop()
            order.append(path.pop())
    return order[-2::-1]


def _finalize(library: Any) -> None:
    if _names and library.name == _names[-1]:
        library._finalize_dynamic_globals()
        library._finalized = True
        library.__class__ = Draft
    else:
        _finish(library)


def _optimize(library: Any) -> None:
    # What is linked in is called from here alone. Said so, LLVM takes out the check of a status that is always 0 after each
    # call, drops unused arguments, inlines what has one caller, and throws away what is left over. Such a function can no
    # longer be called as declared, and the loader would serve it to any later caller of its name: it gets one of its own.
    functions = [one for one in library._final_module.functions if not one.is_declaration]
    outside = [one.name for one in functions if one.linkage == binding.Linkage.external]
    owner = hashlib.sha256("\0".join(sorted(outside)).encode()).hexdigest()[:16]
    for function in functions:
        if function.linkage == binding.Linkage.linkonce_odr:
            function.linkage = binding.Linkage.internal
            function.name = f"{function.name}.{owner}"
    _improve(library)


def _set_env(codegen: Any, name: str, env: Any) -> None:
    # A draft has no environment in memory; nothing it holds is needed without the interpreter.
    if codegen._engine.is_symbol_defined(name) or not _names:
        _place_env(codegen, name, env)


_finish = JITCodeLibrary.finalize
_improve = CPUCodeLibrary._optimize_final_module
_place_env = JITCPUCodegen.set_env


@contextmanager
def drafting(name: str) -> Iterator[None]:
    """Compile the function of qualified name ``name`` as a draft. Numba's compiler lock must be held.

    Numba's classes are changed meanwhile and put back when the outermost draft is done.
    """
    _names.append(name)
    JITCodeLibrary.finalize = _finalize
    JITCPUCodegen.set_env = _set_env
    try:
        with sparing():
            yield
    finally:
        _names.pop()
        if not _names:
            del JITCodeLibrary.finalize  # it inherits numba's own
            JITCPUCodegen.set_env = _place_env


@contextmanager
def finishing() -> Iterator[None]:
    """Compile a function that is called from outside; what it calls is its own. Numba's compiler lock must be held."""
    outermost = "_optimize_final_module" not in JITCodeLibrary.__dict__
    JITCodeLibrary._optimize_final_module = _optimize
    try:
        with sparing():
            yield
    finally:
        if outermost:
            del JITCodeLibrary._optimize_final_module  # it inherits numba's own
