"""Where compiled code is kept, and the key that makes a stale entry impossible.

Numba stamps a cache entry with the date of one source file, so a rule edited in another file is served from the old
entry (measured). Here every entry of the package lives in a folder named after the SHA-256 of all sources that compiled
code can reach, and an entry's name holds the path of its file relative to the package and the function's line: two
modules of one name cannot share an entry either.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from numba.core import caching

PACKAGE = Path(__file__).parent.parent
COMPILED_ROOMS = ("vocab", "rules", "kernels", "adl", "agents")
"""Rooms whose sources compiled code can reach."""


CHECKED = os.environ.get("UNHEDGED_CHECKED") == "1"
"""True in the checked build: table bounds and 64-bit overflow raise, running totals are verified."""
BUILD = "checked" if CHECKED else "fast"


def source_stamp(
    root: Path = PACKAGE, rooms: Iterable[str] = COMPILED_ROOMS, build: str = BUILD
) -> str:
    """Return the SHA-256 of every compiled-path source file and of the name of the build."""
    digest = hashlib.sha256(build.encode())
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            source = path.read_bytes()
            # Name and length first, so that text cannot move from one file to the next unseen.
            digest.update(f"{path.relative_to(root).as_posix()}\0{len(source)}\0".encode())
            digest.update(source)
    return digest.hexdigest()


def owns(function: Callable[..., Any], root: Path = PACKAGE) -> bool:
    """Return whether ``function`` stands in a file of the package.

    Only such functions are kept on disk. The stamp does not cover a user's file, and a user's function holds inlined
    package code that numba's own cache would serve after an upgrade.
    """
    return root.resolve() in Path(function.__code__.co_filename).resolve().parents


def full_name(function: Callable[..., Any]) -> str:
    """Return ``module.function``."""
    return f"{function.__module__}.{function.__qualname__}"


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_private(folder: Path) -> bool:
    # Entries are pickles: whoever can write them can run code. Anyone may make a folder under the temporary one.
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return False
    is_mine = not hasattr(os, "getuid") or state.st_uid == os.getuid()
    return stat.S_ISDIR(state.st_mode) and is_mine and state.st_mode & 0o022 == 0


def cache_folder(stamp: str) -> Path:
    """Return the folder for entries of ``stamp``.

    The first writable one of $UNHEDGED_CACHE_DIR, the user's cache and a private folder under the temporary one; when
    there is none, a new temporary folder. A read-only home must not stop a run: numba would raise "no locator available".
    """
    name = stamp[:16]
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    for base in (os.environ.get("UNHEDGED_CACHE_DIR"), os.path.join(user, "unhedged")):
        if base and _is_writable(Path(base) / name):
            return Path(base) / name
    owner = os.getuid() if hasattr(os, "getuid") else "cache"
    shared = Path(tempfile.gettempdir()) / f"unhedged-{owner}"
    if _is_private(shared) and _is_writable(shared / name):
        return shared / name
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
        """Return the folder of the entries."""
        return str(self.folder)

    def get_source_stamp(self) -> str:
        """Return what an entry must have been stamped with to be served."""
        return self.stamp

    def get_disambiguator(self) -> str:
        """Return what tells equal names apart."""
        return self._name

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "PackageLocator | None":
        """Return a locator for a function of the package, None for any other."""
        if not owns(py_func):
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
