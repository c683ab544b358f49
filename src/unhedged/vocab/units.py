"""Quantities at the door: text with a unit in, integers out, and back.

=========  ====================================  ==========================
quantity   examples                              inside
=========  ====================================  ==========================
rate       ``"4.5bps"`` ``"0.5%"`` ``"-1bps"``   int, 10^-9 (ppb)
duration   ``"8h"`` ``"150ms"`` ``"1h20m"``      int, nanoseconds
money      ``"$25M"`` ``"$2_000"`` ``"5 USDC"``  int, atoms (10^-6 dollar)
price      ``0.1`` ``"$100_000"``                exact :class:`~decimal.Decimal`
=========  ====================================  ==========================

Parsing is exact: a quantity finer than the engine's unit is an error, never a rounding. ``*_text`` prints exactly what the
parsers read; ``show_*`` prints for people, with three significant digits.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from unhedged.vocab.errors import UnitError

PPB = 10**9
"""One whole, in rates."""
ATOMS_PER_USD = 10**6
ATOMS_PER_COIN = 10**8
USD = "USD"
"""What a venue settles in unless its contracts are inverse."""
"""Atoms in one dollar."""
SECOND = 10**9
"""Nanoseconds in one second."""
INT64_MAX = 2**63 - 1

MINUS = "\N{MINUS SIGN}"

RATE_UNITS = {"%": 10**7, "bps": 10**5, "bp": 10**5, "ppm": 10**3}
DURATION_UNITS = {
    "d": 86_400 * SECOND,
    "h": 3_600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
MONEY_SCALES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "bn": 10**9, "B": 10**9, "tn": 10**12}
CURRENCIES = ("USD", "USDT", "USDC")

_NUMBER = r"\d[\d_,]*(?:\.\d[\d_]*)?|\.\d+"
_RATE = re.compile(rf"([+-]?)({_NUMBER})\s*(%|bps|bp|ppm)")
_PART = re.compile(rf"({_NUMBER})\s*(d|h|ms|us|ns|m|s)\s*")
_MONEY = re.compile(rf"([+-]?)\$?\s*({_NUMBER})\s*(k|K|M|bn|B|tn|)\s*(USD[TC]?)?")


def parse_rate(value: Any) -> int:
    """Return a rate in 10^-9.

    Parameters
    ----------
    value : str
        A number with ``%``, ``bps`` or ``ppm``; may be negative.

    Returns
    -------
    int
        Exact; ``"4.5bps"`` is 450,000.

    Raises
    ------
    UnitError
        No unit, another unit, or finer than 10^-9.
    """
    expected = "Expected a rate with a unit, such as '4.5bps' or '0.5%'."
    if not isinstance(value, str):
        raise _no_unit(value, "a rate", expected, _rate_guess(value))
    match = _RATE.fullmatch(_ascii(value))
    if match is None:
        raise UnitError(f"{value!r} is not a rate.", value=value, allowed=expected)
    sign, number, unit = match.groups()
    return _whole(_decimal(number) * RATE_UNITS[unit], sign, value, "0.0000001%")


def parse_duration(value: Any) -> int:
    """Return a duration in nanoseconds, >= 0.

    Parameters
    ----------
    value : str
        Numbers with ``d h m s ms us ns``, largest first, each once: ``"1h20m"``.

    Returns
    -------
    int
        Exact.

    Raises
    ------
    UnitError
        No unit, another unit, units out of order, or finer than a nanosecond.
    """
    expected = "Expected a duration with a unit, such as '8h', '150ms' or '1h20m'."
    if not isinstance(value, str):
        raise _no_unit(value, "a duration", expected, f"'{value}s'")
    text = _ascii(value).replace("µ", "u").replace("μ", "u")
    total, position, smallest = Decimal(0), 0, 1 << 62
    while match := _PART.match(text, position):
        size = DURATION_UNITS[match[2]]
        if size >= smallest:
            raise UnitError(
                f"{value!r} is not a duration: {match[2]!r} comes after a smaller unit.",
                value=value,
                allowed=expected,
            )
        total, position, smallest = total + _decimal(match[1]) * size, match.end(), size
    if position == 0 or position != len(text):
        raise UnitError(f"{value!r} is not a duration.", value=value, allowed=expected)
    return _whole(total, "", value, "1ns")


def parse_money(value: Any) -> int:
    """Return an amount of dollars in atoms (10^-6 dollar).

    Parameters
    ----------
    value : str
        ``$`` or ``USD``, ``USDT``, ``USDC``; optional ``k``, ``M``, ``bn``; may be negative.

    Returns
    -------
    int
        Exact; ``"$25M"`` is 25 * 10^12.

    Raises
    ------
    UnitError
        No currency, finer than 10^-6 dollar, or beyond a 64-bit integer.
    """
    expected = "Expected money with a currency, such as '$25M', '$2_000' or '500 USDC'."
    if not isinstance(value, str):
        raise _no_unit(value, "an amount of money", expected, f"'${value}'")
    text = _ascii(value)
    match = _MONEY.fullmatch(text)
    if match is None or ("$" in text) == (match[4] is not None):
        raise UnitError(f"{value!r} is not an amount of money.", value=value, allowed=expected)
    sign, number, scale, _ = match.groups()
    return _whole(_decimal(number) * MONEY_SCALES[scale] * ATOMS_PER_USD, sign, value, "$0.000001")


def parse_usd(value: Any) -> float:
    """Return an amount of dollars as a float, rounded to nearest; see :func:`parse_money`."""
    return parse_money(value) / ATOMS_PER_USD


def parse_price(value: Any) -> Decimal:
    """Return a positive price or size, exactly as written.

    Parameters
    ----------
    value : int, float, str or Decimal
        ``0.1``, ``"0.1"``, ``"$100_000"``. A float is read as its shortest decimal form.

    Raises
    ------
    UnitError
        Not a number, or not above zero.
    """
    expected = "Expected a number above zero, such as 0.1 or '$100_000'."
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnitError(f"{value!r} is not a price.", value=value, allowed=expected)
    try:
        if isinstance(value, str) and _ascii(value).startswith("$"):
            result = Decimal(parse_money(value)) / ATOMS_PER_USD
        else:
            result = Decimal(str(value).replace("_", "").replace(",", ""))
    except (InvalidOperation, UnitError):
        result = Decimal("NaN")
    if not result.is_finite() or result <= 0:
        raise UnitError(f"{value!r} is not a price.", value=value, allowed=expected)
    return result


def rate_text(ppb: int) -> str:
    """Return the shortest text that :func:`parse_rate` reads back as ``ppb``."""
    unit = "%" if (ppb % 10**5 == 0 and abs(ppb) >= 10**7) or ppb == 0 else "bps"
    return f"{_plain(Decimal(ppb) / RATE_UNITS[unit])}{unit}"


def duration_text(ns: int) -> str:
    """Return text such as ``1h20m`` that :func:`parse_duration` reads back as ``ns``."""
    parts = []
    rest = ns
    for unit, size in DURATION_UNITS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def money_text(atoms: int) -> str:
    """Return text such as ``$25M`` that :func:`parse_money` reads back as ``atoms``."""
    size = abs(atoms)
    scale = next(
        (s for s in ("bn", "M", "k") if size and size % (MONEY_SCALES[s] * 10**4) == 0), ""
    )
    number = _plain(Decimal(size) / (MONEY_SCALES[scale] * ATOMS_PER_USD))
    return f"{'-' if atoms < 0 else ''}${number}{scale}"


def show_money(usd: float) -> str:
    """Return dollars for people: ``$12.4M``, ``−$1.85bn``, three significant digits."""
    sign, size = _split(usd)
    digits = _three(size)
    for scale in ("tn", "bn", "M", "k"):
        if digits >= MONEY_SCALES[scale]:
            return f"{sign}${_plain(digits / MONEY_SCALES[scale])}{scale}"
    return f"{sign if digits else ''}${_plain(digits)}"


def show_rate(fraction: float) -> str:
    """Return a fraction for people: ``45 bps`` below one percent, ``−3.2%`` from there."""
    sign, size = _split(fraction)
    digits = _three(size)
    if digits == 0:
        return "0%"
    if digits < Decimal("0.01"):
        return f"{sign}{_plain(digits * 10**4)} bps"
    return f"{sign}{_plain(digits * 100)}%"


def show_ppb(ppb: int) -> str:
    """Return a rate in 10^-9 for people; see :func:`show_rate`."""
    return show_rate(ppb / PPB)


def show_number(value: float) -> str:
    """Return a plain number for people: three significant digits, thousands separated, real minus sign."""
    sign, size = _split(value)
    digits = _three(size)
    return (
        f"{sign if digits else ''}{digits:,f}"
        if digits >= 1000
        else f"{sign if digits else ''}{_plain(digits)}"
    )


def show_duration(ns: int) -> str:
    """Return a duration for people, its two largest units: ``1 h 14 m``, ``150 ms``."""
    sign, size = (MINUS, -ns) if ns < 0 else ("", ns)
    parts = []
    for unit, length in DURATION_UNITS.items():
        count, size = divmod(size, length)
        if count:
            parts.append(f"{count} {unit}")
        if parts and (len(parts) == 2 or not count):
            break
    return sign + (" ".join(parts) or "0 s")


def show_clock(ns: int) -> str:
    """Return simulated time as ``h:mm`` or, off the minute, ``h:mm:ss``."""
    seconds = ns // SECOND
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _ascii(text: str) -> str:
    return text.strip().replace(MINUS, "-")


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace("_", "").replace(",", ""))


def _whole(amount: Decimal, sign: str, value: str, finest: str) -> int:
    whole = int(amount)
    if whole != amount:
        raise UnitError(
            f"{value!r} is finer than {finest}, the smallest that can be held.", value=value
        )
    if whole > INT64_MAX:
        raise UnitError(f"{value!r} is too large to be held exactly.", value=value)
    return -whole if sign == "-" else whole


def _no_unit(value: Any, noun: str, expected: str, guess: str) -> UnitError:
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return UnitError(
        f"{value!r} is a number without a unit; {noun} needs one."
        if bare
        else f"{value!r} is not {noun}.",
        value=value,
        allowed=expected,
        hint=f"Perhaps you meant {guess}." if bare else "",
    )


def _rate_guess(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1:
        return f"'{_plain(Decimal(str(value)) * 100)}%'"
    return f"'{value}%' or '{value}bps'"


def _split(value: float) -> tuple[str, Decimal]:
    return (MINUS if value < 0 else ""), abs(Decimal(repr(float(value))))


def _three(size: Decimal) -> Decimal:
    # Three significant digits, half to even; more only for whole numbers below a thousand.
    return Decimal(f"{size:.3g}") if size else Decimal(0)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
