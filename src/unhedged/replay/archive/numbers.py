"""Decimal texts of fills as whole numbers: sizes in lots, prices in ticks, money in atoms.

A coin's lot is the finest decimal of any of its sizes, its tick that of its prices. The venue allows six decimals of both
together, so price times size is a whole number of atoms (10⁻⁶ dollar). Texts become float64 and then whole numbers, which is
exact as long as the whole number has at most 15 digits; more digits are refused.
"""

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unhedged.vocab.errors import DataError

Whole = NDArray[np.int64]
ATOM_DECIMALS = 6
"""Decimals of a dollar in an atom."""
MOST = float(10**15)
"""Whole numbers below this come out of float64 exactly: 2⁵³ is larger, with room for a rounding of one in 2⁵²."""
MOST_ATOMS = 9e18
"""Atoms that fit int64, with room."""
LONGEST = 17
"""Characters of a size or price that float64 holds exactly: 15 digits, a point and a sign."""
MOST_DOLLARS = 10**9
"""Amounts of dollars below this have at most 15 digits in atoms."""
HINT = "The archive gives numbers as decimal texts; this one cannot be held exactly."


def places_of(texts: Iterable[tuple[pl.Series, pl.Series]]) -> dict[str, int]:
    """Return, by coin, the most decimals that any of its texts has; ``.0`` at the end is none.

    Parameters
    ----------
    texts : iterable of (coin, text)
        Series of one length each.
    """
    text = pl.col("text").str
    after_point = text.len_bytes().cast(pl.Int64) - 1 - text.find(".", literal=True)
    fraction = pl.when(text.ends_with(".0")).then(0).otherwise(after_point.fill_null(0))
    frames = [
        pl.DataFrame({"coin": coin.cast(pl.String), "text": text})
        .group_by("coin")
        .agg(fraction.max().cast(pl.Int64).alias("places"))
        for coin, text in texts
    ]
    most = pl.concat(frames).group_by("coin").agg(pl.col("places").max())
    return dict(most.iter_rows())


def scaled(text: pl.Series, places: Whole | int) -> Whole:
    """Return decimal texts times ``10**places`` as whole numbers.

    Raises
    ------
    DataError
        A text is no decimal number, is finer than ``places``, or has too many digits to be exact.
    """
    number = text.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    number = number * np.power(10.0, places)
    whole: NDArray[np.float64] = np.rint(number)
    bad = ~(np.abs(whole) < MOST) | ~(np.abs(number - whole) < 1e-3)
    if bad.any():
        value = text[int(bad.argmax())]
        what = f'{text.name} is "{value}"; a decimal number of at most 15 digits is expected.'
        raise DataError(what, hint=HINT)
    found: Whole = whole.astype(np.int64)
    return found


def is_money(text: object) -> bool:
    """Return whether a text is an amount of dollars that `money` takes: a finite number, below 10⁹ either way."""
    try:
        return isinstance(text, str) and abs(float(text) * 10**ATOM_DECIMALS) < MOST
    except ValueError:
        return False


def money(text: pl.Series) -> Whole:
    """Return dollars as atoms, rounded to the nearest: closed profits and fees may be finer than an atom."""
    number = text.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy() * 1e6
    if not (np.abs(number) < MOST).all():
        value = text[int((~(np.abs(number) < MOST)).argmax())]
        raise DataError(f'{text.name} is "{value}"; an amount of dollars is expected.', hint=HINT)
    atoms: Whole = np.rint(number).astype(np.int64)
    return atoms


def values(lots: Whole, ticks: Whole, places: Whole) -> Whole:
    """Return price times size in atoms; ``places`` are the decimals of lot and tick together.

    With more than six decimals together the amount is cut to whole atoms, towards zero: the same for both legs of a trade.

    Raises
    ------
    DataError
        An amount is 9 trillion dollars or more: it does not fit.
    """
    if (
        np.abs(lots.astype(np.float64) * ticks) * np.power(10.0, np.maximum(6 - places, 0))
        >= MOST_ATOMS
    ).any():
        raise DataError("A fill's price times size does not fit.", hint=HINT)
    product = np.abs(lots * ticks)
    shift = ATOM_DECIMALS - places
    up = np.power(10, np.maximum(shift, 0), dtype=np.int64)
    down = np.power(10, np.maximum(-shift, 0), dtype=np.int64)
    signed: Whole = np.sign(lots) * (product * up // down)
    return signed
