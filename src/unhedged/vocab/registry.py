"""Choices by name: ADL policies, agents and measures, ours and other people's, found the same way.

A built-in stands in the ``REGISTRY`` mapping of its room (``unhedged.adl.REGISTRY``): versioned id to ``"module:name"``. A
third party's stands in an entry-point group of the same name (``unhedged.adl``). A notebook calls :func:`register`.
Nothing is imported before it is picked, so asking for names costs nothing.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

from unhedged.vocab.code import code_digest
from unhedged.vocab.errors import PluginError, UnknownKind

KINDS = {"adl": "ADL policy", "agents": "kind of agent", "measures": "measure"}
"""Registries and what their members are called."""

_added: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}


def register(kind: str, name: str, target: Any) -> None:
    """Add ``target`` (an object or ``"module:name"``) to registry ``kind`` for this process.

    ``name`` is any text that is not empty; built-ins end in a version (``-v1``), and others do well to.

    Raises
    ------
    PluginError
        Nothing that can be called; or the name is taken by another target: a changed behaviour is a new version.
    """
    if not isinstance(name, str) or not name:
        raise PluginError("a name is a text.", entry_point=str(name))
    if not _can_be_called(target):
        raise PluginError(
            f"{target!r} cannot be called.",
            entry_point=name,
            hint='Register a function, or "package.module:function".',
        )
    present = known(kind).get(name)
    if present is not None and present is not target and present != target:
        raise PluginError(
            "the name is taken.",
            entry_point=name,
            hint="A changed behaviour is a new version: …-v2.",
        )
    _added[kind][name] = target


def known(kind: str) -> Mapping[str, Any]:
    """Return every registered name of ``kind`` with its target; nothing is imported."""
    return {**_foreign(kind), **_builtin(kind), **_added[_checked(kind)]}


def pick(kind: str, choice: Any = None) -> Any:
    """Return the member of registry ``kind`` that ``choice`` stands for.

    Parameters
    ----------
    kind : str
        ``"adl"``, ``"agents"`` or ``"measures"``.
    choice : None, str or object
        ``None`` is the room's ``DEFAULT``; a registered id; ``"package.module:name"``; anything else is returned as it is.

    Raises
    ------
    UnknownKind
        No such id, with the nearest ones.
    PluginError
        The target cannot be imported, whatever its module raises.
    """
    if choice is None:
        choice = _room(kind, "DEFAULT", "")
    if not isinstance(choice, str):
        return choice
    names = known(kind)
    if choice in names:
        return _load(choice, names[choice])
    if ":" in choice:
        return _load(choice, choice)
    raise unknown(kind, choice)


def is_added(name: str) -> bool:
    """Return whether an object was registered under ``name`` in this process, so that no other knows it."""
    return any(not isinstance(names.get(name, ""), str) for names in _added.values())


def code_of(kind: str, choice: str) -> str | None:
    """Return the digest of the code ``choice`` stands for; ``None`` for what comes with this package.

    Raises
    ------
    UnknownKind
        No such id, with the nearest ones.
    PluginError
        The target cannot be imported.
    """
    if choice in _builtin(kind):
        return None
    return code_digest(pick(kind, choice))


def missing(kind: str, choice: str) -> str:
    """Return why ``choice`` cannot be found, without importing it; nothing where it can, or where only importing would tell."""
    target = known(kind).get(choice, choice)
    if not isinstance(target, str):
        return ""
    module, colon, _ = target.partition(":")
    if not colon:
        return f'there is no {KINDS[kind]} "{choice}"'
    if not _is_module_name(module):
        return _no_module_name(module)
    parent = module.partition(".")[0]
    try:
        found = importlib.util.find_spec(parent)
    except (ImportError, ValueError):
        found = None
    return "" if found else f'there is no module "{parent}" on the path'


def unknown(kind: str, choice: str) -> UnknownKind:
    """Return the error for a name that registry ``kind`` does not have."""
    return UnknownKind.of(
        KINDS[kind],
        choice,
        known(kind),
        hint=f"unhedged rules list {kind}" if kind == "adl" else "",
    )


def is_known(kind: str, choice: str) -> bool:
    """Return whether ``choice`` is a registered id or looks like ``"module:name"``."""
    return choice in known(kind) or ":" in choice


def _can_be_called(target: Any) -> bool:
    # A compiled function keeps the Python one; it is called by address.
    if isinstance(target, str):
        module, colon, attribute = target.partition(":")
        return bool(module and colon and attribute)
    return callable(target) or callable(getattr(target, "python", None))


def _is_module_name(module: str) -> bool:
    return all(part.isidentifier() for part in module.split("."))


def _no_module_name(module: str) -> str:
    return f'"{module}" is no name of a module; "package.module:function" is one, a path is not'


def _checked(kind: str) -> str:
    if kind not in KINDS:
        raise UnknownKind.of("registry", kind, KINDS)
    return kind


def _room(kind: str, name: str, default: Any) -> Any:
    module = f"unhedged.{_checked(kind)}"
    if importlib.util.find_spec(module) is None:
        return default
    return getattr(importlib.import_module(module), name, default)


def _builtin(kind: str) -> Mapping[str, Any]:
    return dict(_room(kind, "REGISTRY", {}))


def _foreign(kind: str) -> Mapping[str, Any]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms, only where names are asked for

    return {point.name: point for point in entry_points(group=f"unhedged.{_checked(kind)}")}


def _load(name: str, target: Any) -> Any:
    if isinstance(target, str) and not _is_module_name(module := target.partition(":")[0]):
        raise PluginError(f"{_no_module_name(module)}.", entry_point=name)
    try:
        if hasattr(target, "load"):
            return target.load()
        if isinstance(target, str):
            module, _, attribute = target.partition(":")
            return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise PluginError(f"cannot be loaded: {error}.", entry_point=name) from error
    except (Exception, SystemExit) as error:
        # The module is not ours: whatever it raises while it is imported is its fault.
        what = f"cannot be loaded: it raises {type(error).__name__}: {error}."
        raise PluginError(what, entry_point=name) from error
    return target
