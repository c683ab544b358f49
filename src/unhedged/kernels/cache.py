"""Where compiled code is kept, and the key that makes a stale entry impossible.

Numba stamps a cache entry with the date of one source file, so a rule edited in another file is served from the old
entry (measured). Here every entry of the package lives in a folder named after the SHA-256 of all sources that compiled
code can reach, and an entry's name holds the path of its file relative to the package and the function's line: two
modules of one name cannot share an entry either.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from numba.core import caching

PACKAGE = Path(__file__).parent.parent
COMPILED_ROOMS = ("vocab", "rules", "kernels", "adl", "agents")
"""Rooms whose sources compiled code can reach."""


def source_stamp(root: Path = PACKAGE, rooms: Iterable[str] = COMPILED_ROOMS, build: str = "") -> str:
    """Return the SHA-256 of every compiled-path source file and of the name of the build."""
    digest = hashlib.sha256(build.encode())
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder(stamp: str) -> Path:
    """Return the first writable folder for entries of ``stamp``: $UNHEDGED_CACHE_DIR, the user's cache, a temporary one.

    A read-only home must not stop a run: numba would raise "no locator available" at import.
    """
    candidates = [
        os.environ.get("UNHEDGED_CACHE_DIR"),
        os.path.join(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "unhedged"),
        os.path.join(tempfile.gettempdir(), f"unhedged-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"),
    ]
    for candidate in candidates:
        if candidate and _is_writable(Path(candidate) / stamp[:16]):
            return Path(candidate) / stamp[:16]
    return Path(tempfile.mkdtemp(prefix="unhedged-"))


def entry_name(py_file: str, line: int, root: Path = PACKAGE) -> str:
    """Return the part of a cache entry's file name that tells equal names in different files apart."""
    relative = str(Path(py_file).resolve().relative_to(root.resolve()))
    return f"{hashlib.sha256(relative.encode()).hexdigest()[:12]}-{line}"


class PackageLocator(caching._CacheLocator):  # type: ignore[misc]  # internal name: numba is pinned to one minor version
    """Cache locator for functions of this package; other code keeps numba's own."""

    stamp = ""
    folder = Path()

    def __init__(self, py_func: Callable[..., Any], py_file: str) -> None:
        self._name = entry_name(py_file, py_func.__code__.co_firstlineno)

    def get_cache_path(self) -> str:
        return str(self.folder)

    def get_source_stamp(self) -> str:
        return self.stamp

    def get_disambiguator(self) -> str:
        return self._name

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "PackageLocator | None":
        if PACKAGE.resolve() not in Path(py_file).resolve().parents:
            return None
        return cls(py_func, py_file)


def install(stamp: str) -> Path:
    """Make numba use the package's cache for the package's functions. Return the folder."""
    PackageLocator.stamp = stamp
    PackageLocator.folder = cache_folder(stamp)
    locators = caching.CacheImpl._locator_classes
    if PackageLocator not in locators:
        locators.insert(0, PackageLocator)
    return PackageLocator.folder
