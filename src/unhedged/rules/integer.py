"""Integer arithmetic of the rules: multiply-divide without overflow, sign, clamp."""

PPB = 10**9  # parts per billion in one: the unit of every rate that touches money
MILLI = 1000  # milli-ticks in one tick


def mul_div_floor(a: int, b: int, c: int) -> int:
    """Return ``floor(a * b / c)`` exactly, whatever the size of the product.

    Parameters
    ----------
    a, b : int
        Factors, any sign, each inside int64.
    c : int
        Divisor, > 0, inside int64.

    Returns
    -------
    int
        The quotient, rounded towards minus infinity; the caller's range must keep it inside int64.

    Notes
    -----
    Plain Python integers never overflow. Compiled code recognises this function by identity and
    uses a 128-bit product in its place.

    Source: definition.
    """
    return a * b // c


def mul_div_ceil(a: int, b: int, c: int) -> int:
    """Return ``ceil(a * b / c)`` exactly, whatever the size of the product.

    Parameters
    ----------
    a, b : int
        Factors, any sign, each inside int64.
    c : int
        Divisor, > 0, inside int64.

    Returns
    -------
    int
        The quotient, rounded towards plus infinity; the caller's range must keep it inside int64.

    Notes
    -----
    ``ceil(x) = -floor(-x)``. Compiled code recognises this function by identity.

    Source: definition.
    """
    return -(-a * b // c)


def mul_div_trunc(a: int, b: int, c: int) -> int:
    """Return ``a * b / c`` rounded towards zero, so that a quantity and its mirror image round alike.

    Parameters
    ----------
    a, b : int
        Factors, any sign, each inside int64 and above its lowest value.
    c : int
        Divisor, > 0, inside int64.

    Returns
    -------
    int
        The quotient, rounded towards zero.

    Notes
    -----
    ``mul_div_trunc(-a, b, c) = -mul_div_trunc(a, b, c)``. Used for rates, where neither side may be
    favoured.

    Source: definition.
    """
    return sign(a) * sign(b) * mul_div_floor(abs(a), abs(b), c)


def sign(x: int) -> int:
    """Return the sign of a number.

    Parameters
    ----------
    x : int
        Any number.

    Returns
    -------
    int
        1 above zero, -1 below, 0 at zero.

    Notes
    -----
    Source: definition.
    """
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0


def clamp(x: int, low: int, high: int) -> int:
    """Return the value of ``[low, high]`` nearest to ``x``.

    Parameters
    ----------
    x : int
        Value to limit.
    low, high : int
        Bounds, both attainable, ``low <= high``, in the unit of ``x``.

    Returns
    -------
    int
        ``x`` inside the bounds, else the bound passed.

    Notes
    -----
    Source: definition.
    """
    return max(low, min(x, high))
