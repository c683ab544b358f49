"""Portfolio margin: one ratio for everything an account owns and owes.

The numbers of a venue are arguments. Where a venue prints a ratio, the test is done on it.
"""

from unhedged.rules.integer import PPB, mul_div_ceil, mul_div_floor

NO_NEED_PPB = 10**18  # the ratio of an account that needs no margin: above every band


def adjusted_equity(equity: int, open_loss: int) -> int:
    """Return the equity that counts while orders are open.

    Parameters
    ----------
    equity : int
        Sum over assets of ``asset_margin``, atoms.
    open_loss : int
        Loss the open orders would have if filled now, atoms, >= 0.

    Returns
    -------
    int
        Atoms; exact.

    Notes
    -----
    ``equity - open_loss``.

    Source: Binance, Portfolio Margin Pro: maintenance margin ratio calculation, read 2026-11-22 (V).
    """
    return equity - open_loss


def unified_margin_ratio(equity: int, maintenance: int) -> int:
    """Return the unified maintenance margin ratio of a portfolio-margin account.

    Parameters
    ----------
    equity : int
        Adjusted equity, atoms.
    maintenance : int
        Maintenance margin of all positions and loans, atoms, >= 0.

    Returns
    -------
    int
        Ratio, ppb (100 % is 10**9), rounded down (against the account), never negative;
        ``NO_NEED_PPB`` when nothing is needed, which is also the most it returns.

    Notes
    -----
    ``floor(max(0, equity) * 10**9 / maintenance)``, uniMMR.

    Source: Binance, Portfolio Margin Pro: maintenance margin ratio calculation, read 2026-11-22 (V).
    """
    if maintenance <= 0 or equity // maintenance >= PPB:
        return NO_NEED_PPB
    return mul_div_floor(max(0, equity), PPB, maintenance)


def margin_band(
    ratio_ppb: int, free_ppb: int, reminder_ppb: int, reduce_ppb: int, shortfall_ppb: int
) -> int:
    """Return the band of a portfolio-margin ratio.

    Parameters
    ----------
    ratio_ppb : int
        Ratio, ppb.
    free_ppb, reminder_ppb, reduce_ppb, shortfall_ppb : int
        Lower ends of the bands, ppb, falling (uniMMR: 150, 120, 105 and 100 %).

    Returns
    -------
    int
        0 free, 1 reminder, 2 reduce only, 3 liquidation, 4 liquidation with the shortfall claimed.

    Notes
    -----
    A ratio equal to an end belongs to the worse band: the page prints "> 150 %" for the first and
    "<= 100 %" for the last band; the ends between are our reading (U).

    Source: Binance, Portfolio Margin Pro: maintenance margin ratio calculation, read 2026-11-22 (V).
    """
    if ratio_ppb > free_ppb:
        return 0
    if ratio_ppb > reminder_ppb:
        return 1
    if ratio_ppb > reduce_ppb:
        return 2
    if ratio_ppb > shortfall_ppb:
        return 3
    return 4


def borrow_share_hyperliquid(ltv_ppb: int) -> int:
    """Return the share of a supplied token's value that counts at the liquidation test.

    Parameters
    ----------
    ltv_ppb : int
        Loan-to-value of the token, ppb, 0..10**9 (HYPE: 50 %).

    Returns
    -------
    int
        Share, ppb, rounded down (against the account).

    Notes
    -----
    ``(1 + ltv) / 2``.

    Source: Hyperliquid docs, Portfolio margin (alpha), read 2026-11-22 (V).
    """
    return (PPB + ltv_ppb) // 2


def portfolio_ratio_hyperliquid(
    base: int,
    maintenance: int,
    borrowed: int,
    balance: int,
    supplied: int,
    share_ppb: int,
    borrow_cap: int,
) -> int:
    """Return the portfolio margin ratio of one borrowable token.

    Parameters
    ----------
    base : int
        Constant of the formula, atoms (20 dollars).
    maintenance : int
        Cross maintenance margin over all exchanges of the chain, atoms, >= 0.
    borrowed : int
        Value of the token borrowed, atoms, >= 0.
    balance : int
        Balance of the token, atoms, >= 0.
    supplied : int
        Value of the collateral token supplied, up to its supply cap, atoms, >= 0.
    share_ppb : int
        ``borrow_share_hyperliquid`` of the collateral token, ppb.
    borrow_cap : int
        Most that may be borrowed against it, atoms, >= 0.

    Returns
    -------
    int
        Ratio, ppb, rounded up (against the account); ``NO_NEED_PPB`` when nothing stands against
        the need, which is also the most it returns.

    Notes
    -----
    ``(base + maintenance + borrowed) / (balance + min(borrow_cap, supplied * share))``. The account
    takes the largest over its tokens.

    Source: Hyperliquid docs, Portfolio margin (alpha), read 2026-11-22 (V).
    """
    owned = balance + min(borrow_cap, mul_div_floor(supplied, share_ppb, PPB))
    needed = base + maintenance + borrowed
    if owned <= 0 or needed // owned >= PPB:
        return NO_NEED_PPB
    return mul_div_ceil(needed, PPB, owned)


def is_portfolio_liquidatable(ratio_ppb: int, limit_ppb: int) -> bool:
    """Return whether a portfolio margin ratio liquidates.

    Parameters
    ----------
    ratio_ppb : int
        Largest ratio over the account's tokens, ppb.
    limit_ppb : int
        Limit, ppb (95 %).

    Returns
    -------
    bool
        True above the limit.

    Notes
    -----
    Strict: ``ratio > limit``; equality is safe.

    Source: Hyperliquid docs, Portfolio margin (alpha), read 2026-11-22 (V).
    """
    return ratio_ppb > limit_ppb


def loss_at_shock(value: int, shock_ppb: int) -> int:
    """Return what a linear position loses when the price moves by a share.

    Parameters
    ----------
    value : int
        Signed value of the net position at mark, atoms.
    shock_ppb : int
        Move of the price, ppb, signed, > -10**9.

    Returns
    -------
    int
        Atoms, rounded up (against the account); negative for a gain.

    Notes
    -----
    ``ceil(-value * shock / 10**9)``.

    Source: Deribit, Portfolio margin: the price grid, read 2026-11-22 (V).
    """
    return mul_div_ceil(-value, shock_ppb, PPB)


def grid_margin(value: int, range_ppb: int, buckets: int) -> int:
    """Return the worst loss of a linear position over a price grid.

    Parameters
    ----------
    value : int
        Signed value of the net position at mark, atoms.
    range_ppb : int
        Half-width of the grid, ppb (16 %).
    buckets : int
        Buckets on each side of the present price, >= 1 (9 in all are 4 on each side).

    Returns
    -------
    int
        Required margin, atoms, >= 0, rounded up (against the account).

    Notes
    -----
    The largest ``loss_at_shock`` over ``k * range / buckets``, k from -buckets to buckets. A linear
    position has its worst at an end; options, volatility shifts and the dampened far tail of the
    extended grid have no part here.

    Source: Deribit, Portfolio margin, read 2026-11-22 (V).
    """
    worst = 0
    k = -buckets
    while k <= buckets:
        worst = max(worst, loss_at_shock(value, k * range_ppb // buckets))
        k = k + 1
    return worst


def offset_margin(long_notional: int, short_notional: int, rate_ppb: int) -> int:
    """Return the margin on the parts of futures that offset each other inside one grid.

    Parameters
    ----------
    long_notional, short_notional : int
        Absolute values of the long and short futures of one underlying, atoms, >= 0.
    rate_ppb : int
        Rate on the offsetting part, ppb (1 % in an older text).

    Returns
    -------
    int
        Required margin, atoms, rounded up (against the account).

    Notes
    -----
    ``ceil(min(long, short) * rate / 10**9)``: basis between contracts is not riskless.

    Source: Deribit, Portfolio margin (older page), read 2026-11-22 (V).
    """
    return mul_div_ceil(min(long_notional, short_notional), rate_ppb, PPB)


def portfolio_bar(maintenance: int, base: int, times_ppb: int, per_ppb: int) -> int:
    """Return the least equity with which a portfolio-margin account is safe.

    Parameters
    ----------
    maintenance : int
        Maintenance margin of all positions, atoms, >= 0.
    base : int
        Constant added to it, atoms, >= 0 (Hyperliquid: 20 dollars).
    times_ppb, per_ppb : int
        Equity must be at least ``times / per`` of the sum; see Notes.

    Returns
    -------
    int
        Atoms, rounded up.

    Notes
    -----
    ``ceil((maintenance + base) * times / per)``.

    Unified ratio, equity over maintenance, liquidated at or below ``limit``: times ``limit + 1``, per 10**9. Bands are open
    at their lower ends as in ``margin_band``, and the ratio is one in whole ppb, rounded down.
    Ratio of need over balance, liquidated above ``limit``: times 10**9, per ``limit``; equality is safe.
    A requirement as it is: times and per equal.

    Source: Binance, Portfolio Margin Pro: maintenance margin ratio calculation; Hyperliquid docs, Portfolio margin (alpha);
    read 2026-11-22 (V). What happens at equality at Binance is our reading (U).
    """
    return mul_div_ceil(maintenance + base, times_ppb, per_ppb)
