"""dYdX v4: initial margin under open interest, fillable, bankruptcy and deleveraging prices.

Quotes are signed: what the account receives. Everything is taken at the oracle price.
"""

from unhedged.rules.integer import PPB, clamp, mul_div_ceil, mul_div_floor, mul_div_trunc


def initial_rate_dydx(base_ppb: int, open_notional: int, lower: int, upper: int) -> int:
    """Return the initial margin fraction, which rises with the market's open interest.

    Parameters
    ----------
    base_ppb : int
        Base fraction of the liquidity tier, ppb.
    open_notional : int
        Open interest of the market, atoms, >= 0.
    lower, upper : int
        Open interest at which the rise starts and ends, atoms, ``lower < upper``; both 0 switches
        it off.

    Returns
    -------
    int
        Fraction, ppb, rounded up (against the account), at most 10**9.

    Notes
    -----
    ``min(base + max((open - lower) / (upper - lower) * (1 - base), 0), 1)``. The maintenance
    fraction does not move.

    Source: dYdX v4-chain, liquidity tiers, commit 84d4664, read 2026-11-22 (V).
    """
    if upper <= lower or open_notional <= lower:
        return base_ppb
    if open_notional >= upper:
        return PPB
    return min(PPB, base_ppb + mul_div_ceil(PPB - base_ppb, open_notional - lower, upper - lower))


def bankruptcy_quote_dydx(
    net_notional_change: int, equity: int, margin_change: int, maintenance: int
) -> int:
    """Return the quote an account receives when it closes lots at its bankruptcy price.

    Parameters
    ----------
    net_notional_change : int
        Change of the signed value at oracle by the close, atoms (negative when a long closes).
    equity : int
        Net collateral before the close, atoms.
    margin_change : int
        Change of the maintenance requirement by the close, atoms; its size is used.
    maintenance : int
        Maintenance requirement of the whole account before the close, atoms, > 0.

    Returns
    -------
    int
        Signed quote, atoms, rounded up; negative for a short, which pays.

    Notes
    -----
    ``-change of notional - equity * |change of margin| / maintenance``: each part of the account
    carries its share of the equity, by maintenance requirement.

    Source: dYdX v4-chain, liquidations.go, commit 84d4664, read 2026-11-22 (V).
    """
    return -net_notional_change - mul_div_floor(equity, abs(margin_change), maintenance)


def fillable_quote_dydx(
    value: int,
    equity: int,
    maintenance: int,
    position_maintenance: int,
    adjustment_ppb: int,
    spread_ppb: int,
) -> int:
    """Return the signed value at which a liquidation order of a whole position may be filled.

    Parameters
    ----------
    value : int
        Signed value of the position at oracle, atoms.
    equity : int
        Net collateral of the account, atoms, below ``maintenance``.
    maintenance : int
        Maintenance requirement of the account, atoms, > 0.
    position_maintenance : int
        Maintenance requirement of the position, atoms, >= 0.
    adjustment_ppb : int
        Bankruptcy adjustment, ppb, at most 9 x 10⁹ (1.0 by default).
    spread_ppb : int
        Spread to maintenance margin ratio, ppb, at most 9 x 10⁹ (1.5 at genesis, 0.1 in the
        published tests).

    Returns
    -------
    int
        Signed quote, atoms; divided by the position it is the limit price: below oracle for a long,
        above for a short.

    Notes
    -----
    ``value - abr * spread * position_maintenance`` with ``abr = clamp(adjustment * (1 - equity /
    maintenance), 0, 1)``, abr in ppb rounded down; equity at or below minus the maintenance counts
    as that. For a short the value is negative, so the price rises: the code's sign, not that of the
    one-line formula in the docs.

    Source: dYdX v4-chain, liquidations.go, commit 84d4664, read 2026-11-22 (V).
    """
    used = 2 * PPB
    if equity > -maintenance:
        used = PPB - mul_div_ceil(min(equity, maintenance), PPB, maintenance)
    abr = clamp(mul_div_floor(adjustment_ppb, used, PPB), 0, PPB)
    return value - mul_div_floor(position_maintenance, mul_div_floor(abr, spread_ppb, PPB), PPB)


def deleverage_price_dydx(value: int, equity: int, size: int) -> float:
    """Return the price at which a bankrupt account's whole position is deleveraged.

    Parameters
    ----------
    value : int
        Signed value of the position at oracle, atoms.
    equity : int
        Net collateral of the account, atoms, negative; the account holds this position only.
    size : int
        Signed position in any unit of size, not 0.

    Returns
    -------
    float
        Atoms per unit of size; for display.

    Notes
    -----
    The bankruptcy price, ``(value - equity) / size``. The other side is drawn at random, without
    ranking by profit or leverage. In final settlement the oracle price is used instead.

    Source: dYdX docs, Contract loss mechanism, commit 3e475b7, read 2026-11-22 (V).
    """
    return (1.0 * (value - equity)) / (1.0 * size)


def funding_cap_dydx(initial_ppb: int, maintenance_ppb: int, factor: int) -> int:
    """Return the bound of dYdX's 8-hour funding rate.

    Parameters
    ----------
    initial_ppb, maintenance_ppb : int
        Initial and maintenance margin fractions of the market, ppb, initial >= maintenance.
    factor : int
        Factor of the gap between them (6).

    Returns
    -------
    int
        Bound on both sides, ppb; exact.

    Notes
    -----
    ``factor * (initial - maintenance)``.

    Source: dYdX docs, Funding, commit 3e475b7, read 2026-11-22 (V).
    """
    return factor * (initial_ppb - maintenance_ppb)


def funding_rate_dydx(premium_ppb: int, interest_ppb: int, cap_ppb: int) -> int:
    """Return dYdX's 8-hour funding rate, of which an eighth is paid each hour.

    Parameters
    ----------
    premium_ppb : int
        Mean of the premium samples of the hour, ppb.
    interest_ppb : int
        Interest per 8 h, ppb (0 for cross markets; 0.125 bp an hour, so 100,000, for isolated ones).
    cap_ppb : int
        Bound of the 8-hour rate on both sides, ppb, attainable: ``funding_cap_dydx``.

    Returns
    -------
    int
        Rate per 8 h, ppb; exact.

    Notes
    -----
    ``clamp(P + I, -cap, +cap)``; hourly ``premium / 8 + interest per hour`` inside the bound. That the bound holds for the sum
    is our reading of "8-hour rate".

    Source: dYdX docs, Funding, commit 3e475b7, read 2026-11-22 (V).
    """
    return clamp(premium_ppb + interest_ppb, -cap_ppb, cap_ppb)


def vote_median(lower: int, upper: int) -> int:
    """Return the median of premium votes from the two in the middle.

    Parameters
    ----------
    lower, upper : int
        The middle vote twice for an odd number of votes, the two middle ones for an even number, ppb.

    Returns
    -------
    int
        Premium of the sample, ppb, rounded towards zero.

    Notes
    -----
    ``(lower + upper) / 2``. Fewer votes than the least number are filled up with votes for zero; of an even number the
    midpoint is our choice.

    Source: dYdX v4-chain, premium samples, commit 84d4664, read 2026-11-22 (V).
    """
    return mul_div_trunc(lower + upper, 1, 2)
