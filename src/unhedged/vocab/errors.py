"""Errors that say what happened, with the value; where; what is allowed; what to do.

Exceptions carry fields and make their text from them. Text has at most six lines.
"""

import difflib
import traceback
from collections.abc import Iterable, Sequence
from typing import Any

PathParts = tuple[str | int, ...]


class UnhedgedError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 1


class ScenarioError(UnhedgedError, ValueError):
    """Something a user wrote cannot be used.

    Parameters
    ----------
    what : str
        What happened, with the value.
    file, line, column
        Where, counted from 1, as far as known; a column only when it is exact.
    path : tuple of str and int
        Keys from the top of the file, such as ``("venue", 0, "fund", "start")``.
    where : str
        The path in words, such as ``venue "hub" › fund › start``.
    value : object
        The value that was refused.
    allowed : str
        What would be accepted.
    hint : str
        What to do.
    excerpt : str
        The line of the file.
    """

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        file: str = "",
        line: int | None = None,
        column: int | None = None,
        path: PathParts = (),
        where: str = "",
        value: Any = None,
        allowed: str = "",
        hint: str = "",
        excerpt: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.where = where
        self.value = value
        self.allowed = allowed
        self.hint = hint
        self.excerpt = excerpt

    def __reduce__(self) -> Any:
        """Travel between processes with all fields."""
        return _rebuild, (type(self), self.what, self.__dict__)

    def __str__(self) -> str:
        """Return the text a user reads."""
        head = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        head = "  ".join(part for part in (head, self.where or _dotted(self.path)) if part)
        body = [self.what, self.allowed, self.hint]
        if self.excerpt:
            body.append(f"| {self.excerpt.strip()}")
        lines = [line for line in body if line]
        if not head:
            return "\n".join([lines[0], *(f"    {line}" for line in lines[1:])])
        return "\n".join([head, *(f"    {line}" for line in lines)])


class UnitError(ScenarioError):
    """A quantity without a unit, with a wrong one, or finer than the engine can hold."""


class InconsistentRules(ScenarioError):
    """Values that are fine alone and impossible together."""


class UnknownKind(ScenarioError):
    """A name that is not registered, with the nearest ones that are."""

    def __init__(
        self,
        what: str,
        *,
        value: Any = None,
        available: Sequence[str] = (),
        suggestions: Sequence[str] = (),
        **where: Any,
    ) -> None:
        super().__init__(what, value=value, **where)
        self.available = tuple(available)
        self.suggestions = tuple(suggestions)

    @classmethod
    def of(
        cls, noun: str, value: str, available: Iterable[str], *, hint: str = "", **where: Any
    ) -> "UnknownKind":
        """Return the error for an unknown ``noun`` called ``value`` among ``available`` names."""
        names = sorted(available)
        near = nearest(value, names)
        guess = f' Did you mean "{near[0]}"?' if near else ""
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        return cls(
            f'Unknown {noun} "{value}".{guess}',
            value=value,
            available=names,
            suggestions=near,
            allowed=f"Available: {shown or 'none'}.",
            hint=hint,
            **where,
        )


class ScenarioErrors(ScenarioError):
    """Every error found in one reading, so that a user repairs them in one go."""

    def __init__(self, errors: Sequence[ScenarioError]) -> None:
        first = errors[0]
        super().__init__(first.what, file=first.file, line=first.line, path=first.path)
        self.errors = tuple(errors)

    def __reduce__(self) -> Any:
        """Travel between processes with all errors."""
        return ScenarioErrors, (self.errors,)

    def __str__(self) -> str:
        """Return the errors one after the other, in the order of the file."""
        return "\n".join(str(error) for error in self.errors)


class DataError(UnhedgedError):
    """A data set is missing, damaged, of another shape, or has a gap."""

    def __init__(self, what: str, *, file: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.file, self.hint = what, file, hint

    def __reduce__(self) -> Any:
        """Travel between processes with all fields."""
        return _rebuild, (type(self), self.what, self.__dict__)

    def __str__(self) -> str:
        """Return the text a user reads."""
        return _lines(f"{self.file}: {self.what}" if self.file else self.what, self.hint)


class ResultsError(DataError):
    """A results folder is of another version, incomplete, foreign or cannot be written."""


class InvariantError(UnhedgedError):
    """A bug of ours or of a plug-in: the simulation broke one of its own rules.

    Parameters
    ----------
    identity : str
        Which rule, in words.
    step : int
        Events handled when it was noticed.
    t_ns : int
        Simulated time, nanoseconds.
    amounts : str
        By how much, in which asset.
    last : str
        The latest transfer before the breach.
    replay : str
        The command that repeats it.
    """

    exit_code = 3

    def __init__(
        self,
        identity: str,
        *,
        step: int = 0,
        t_ns: int = 0,
        amounts: str = "",
        last: str = "",
        replay: str = "",
    ) -> None:
        super().__init__(identity)
        self.what = self.identity = identity
        self.step, self.t_ns, self.amounts, self.last, self.replay = (
            step,
            t_ns,
            amounts,
            last,
            replay,
        )

    def __reduce__(self) -> Any:
        """Travel between processes with all fields."""
        return _rebuild, (type(self), self.what, self.__dict__)

    def __str__(self) -> str:
        """Return the text a user reads."""
        seconds, nanoseconds = divmod(self.t_ns, 10**9)
        clock = (
            f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{nanoseconds // 10**6:03}"
        )
        found = f"After step {self.step:,} ({clock}) {self.identity}"
        return _lines(
            "A rule was broken inside the simulation. This is a bug, not your input.",
            f"{found}: {self.amounts}." if self.amounts else f"{found}.",
            f"Last transfer: {self.last}." if self.last else "",
            f"Please report with:  {self.replay}" if self.replay else "",
        )


class PluginError(UnhedgedError):
    """A plug-in cannot be loaded, raises, or does not keep its protocol."""

    def __init__(self, what: str, *, entry_point: str, method: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.entry_point, self.method, self.hint = what, entry_point, method, hint

    @classmethod
    def raised(cls, error: BaseException, *, entry_point: str) -> "PluginError":
        """Return the error for a plug-in that raised ``error``, with the line that did; ``SystemExit`` is an error like any other."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        where = [f"{frame.filename}:{frame.lineno}, in {frame.name}" for frame in last]
        return cls(
            f"raises {type(error).__name__}: {error}.",
            entry_point=entry_point,
            hint="".join(where),
        )

    def __reduce__(self) -> Any:
        """Travel between processes with all fields."""
        return _rebuild, (type(self), self.what, self.__dict__)

    def __str__(self) -> str:
        """Return the text a user reads."""
        name = f"{self.entry_point}.{self.method}" if self.method else self.entry_point
        return _lines(f'Plug-in "{name}": {self.what}', self.hint)


class LimitBreached(UnhedgedError):
    """A limit the user stated was crossed by a result."""

    exit_code = 4


def nearest(word: str, words: Iterable[str], *, most: int = 3) -> list[str]:
    """Return up to ``most`` of ``words`` that resemble ``word``, best first.

    Dashes, underscores and case do not count, and a trailing version (``-v1``) may be missing.
    """
    plain = {name: _plain(name) for name in words}
    wanted = _plain(word)
    unversioned = {name: key.rsplit("v", 1)[0] for name, key in plain.items()}
    exact = [name for name in plain if wanted in (plain[name], unversioned[name])]
    ranked = difflib.get_close_matches(wanted, list(plain.values()), n=most, cutoff=0.6)
    close = [name for key in ranked for name in plain if plain[name] == key]
    return list(dict.fromkeys([*exact, *close]))[:most]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _dotted(path: PathParts) -> str:
    return " › ".join(str(part) for part in path)


def _lines(first: str, *rest: str) -> str:
    return "\n".join([first, *(f"    {line}" for line in rest if line)])


def _rebuild(cls: type[UnhedgedError], what: str, state: dict[str, Any]) -> UnhedgedError:
    error = cls.__new__(cls)
    Exception.__init__(error, what)
    error.__dict__.update(state)
    return error
