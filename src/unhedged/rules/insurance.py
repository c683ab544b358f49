"""What an insurance fund may hold, when its drawdown calls for auto-deleveraging, and for how much."""

from unhedged.rules.integer import PPB, mul_div_ceil, mul_div_floor, mul_div_trunc


def fund_capacity(fund: int, cap_ppb: int, held_notional: int) -> int:
    """Return the notional an insurance fund may still take over.

    Parameters
    ----------
    fund : int
        Balance of the fund, atoms; negative counts as empty.
    cap_ppb : int
        Largest net notional held, ppb of the fund (100 %: 10**9 by default).
    held_notional : int
        Net notional the fund holds already, absolute, atoms, >= 0.

    Returns
    -------
    int
        Atoms, >= 0, rounded down.

    Notes
    -----
    ``max(0, floor(fund * cap / 10**9) - held)``; what exceeds it goes to auto-deleveraging.

    Source: Binance, Insurance fund, read 2026-11-22 (V).
    """
    return max(0, mul_div_floor(max(0, fund), cap_ppb, PPB) - held_notional)


def fund_can_hold(notional: int, fund: int, cap_ppb: int) -> bool:
    """Return whether an insurance fund may hold a net notional.

    Parameters
    ----------
    notional : int
        Net notional after the takeover, absolute, atoms, >= 0.
    fund : int
        Balance of the fund, atoms; negative counts as empty.
    cap_ppb : int
        Largest net notional held, ppb of the fund (100 %: 10**9 by default).

    Returns
    -------
    bool
        True up to the limit and at it.

    Notes
    -----
    Not strict: ``notional <= fund * cap / 10**9``.

    Source: Binance, Insurance fund, read 2026-11-22 (V).
    """
    return notional <= mul_div_floor(max(0, fund), cap_ppb, PPB)


def drawdown_ratio(pnl: int, peak_pnl: int, peak_balance: int) -> int:
    """Return the drawdown one contract has caused, relative to the pool's peak.

    Parameters
    ----------
    pnl : int
        The contract's profit in the pool now, atoms.
    peak_pnl : int
        Its maximum over the last 8 h, atoms, >= ``pnl``.
    peak_balance : int
        Maximum balance of the pool over the last 8 h, atoms, > 0.

    Returns
    -------
    int
        Ratio, ppb, <= 0, rounded towards zero.

    Notes
    -----
    ``(pnl - peak_pnl) / peak_balance``.

    Source: Bybit API docs, ADL alert, commit 072c197, read 2026-11-22 (V).
    """
    return mul_div_trunc(pnl - peak_pnl, PPB, peak_balance)


def is_drawdown_trigger(ratio_ppb: int, limit_ppb: int) -> bool:
    """Return whether a drawdown starts auto-deleveraging.

    Parameters
    ----------
    ratio_ppb : int
        Drawdown ratio, ppb, <= 0.
    limit_ppb : int
        Per-contract limit, ppb, < 0 (-30 % in the examples).

    Returns
    -------
    bool
        True at the limit and below.

    Notes
    -----
    Not strict: ``ratio <= limit``. The page's formal rule says ``<`` while its second example
    triggers at equality; we follow the example. The pool must also be above a floor balance.

    Source: Bybit API docs, ADL alert, commit 072c197, read 2026-11-22 (V); the boundary is
    contradictory (U).
    """
    return ratio_ppb <= limit_ppb


def drawdown_adl_amount(pnl: int, peak_pnl: int, peak_balance: int, limit_ppb: int) -> int:
    """Return the loss auto-deleveraging takes off the pool so that the drawdown returns to its limit.

    Parameters
    ----------
    pnl : int
        The contract's profit in the pool now, atoms.
    peak_pnl : int
        Its maximum over the last 8 h, atoms.
    peak_balance : int
        Maximum balance of the pool over the last 8 h, atoms, >= 0.
    limit_ppb : int
        Per-contract limit, ppb, <= 0.

    Returns
    -------
    int
        Atoms, >= 0, rounded up (the limit is met, not almost met).

    Notes
    -----
    ``max(0, (peak_pnl - pnl) - floor(|limit| * peak_balance))``.

    Source: Bybit API docs, ADL alert, example 1, commit 072c197, read 2026-11-22 (V).
    """
    return max(0, peak_pnl - pnl - mul_div_floor(peak_balance, -limit_ppb, PPB))


def is_rapid_drop(balance: int, reference: int, drop_ppb: int, least: int) -> bool:
    """Return whether a fund has fallen by a share of a reference balance.

    Parameters
    ----------
    balance : int
        Balance now, atoms.
    reference : int
        Peak (or average, a parameter: sources disagree) over the last 8 h, atoms, >= 0.
    drop_ppb : int
        Share, ppb (30 %; adjustable by the venue).
    least : int
        Lowest line, atoms, >= 0 (50,000 USD in the reading with the average, else 0).

    Returns
    -------
    bool
        True when the balance is at the line or below.

    Notes
    -----
    Not strict: ``balance <= max(reference * (1 - drop), least)``, exact on integers.

    Source: OKX, Auto-deleveraging (mirror), read 2026-11-22 (M); average, "or 50k USD, whichever is higher": a paraphrase of the
    page of 6 March 2025 (2).
    """
    return balance <= max(mul_div_floor(reference, PPB - drop_ppb, PPB), least)


def fund_delta_dydx(received: int, bankruptcy: int, notional: int, max_fee_ppb: int) -> int:
    """Return what a liquidation fill brings the insurance fund, or costs it.

    Parameters
    ----------
    received : int
        Signed quote the liquidated account received for the lots, atoms (negative when it bought).
    bankruptcy : int
        Signed quote it would have received at its bankruptcy price, atoms.
    notional : int
        Absolute quote of the fill, atoms, >= 0.
    max_fee_ppb : int
        Largest liquidation fee, ppb of the fill (1.5 % at genesis; 0.5 % software default).

    Returns
    -------
    int
        Atoms to the fund, negative when the fund pays; the fee's limit is rounded down (in the
        account's favour).

    Notes
    -----
    ``delta = received - bankruptcy``; ``delta`` when it is zero or less, else ``min(max_fee *
    notional, delta)``.

    Source: dYdX v4-chain, liquidations.go, commit 84d4664, read 2026-11-22 (V).
    """
    delta = received - bankruptcy
    if delta <= 0:
        return delta
    return min(mul_div_floor(notional, max_fee_ppb, PPB), delta)


def deficit(equity: int) -> int:
    """Return the hole a bankrupt account leaves.

    Parameters
    ----------
    equity : int
        Equity after everything was closed, atoms.

    Returns
    -------
    int
        Atoms, >= 0; exact.

    Notes
    -----
    ``max(0, -equity)``.

    Source: definition.
    """
    return max(0, -equity)


def gains_haircut(gain: int, shortfall: int, gains_total: int) -> int:
    """Return what one winner pays when a shortfall is shared in proportion to gains.

    Parameters
    ----------
    gain : int
        The winner's gain of the session, atoms, 0 <= gain <= ``gains_total``.
    shortfall : int
        Loss to share, atoms, 0 <= shortfall <= ``gains_total``.
    gains_total : int
        Sum of all gains, atoms, > 0.

    Returns
    -------
    int
        Atoms, rounded up, at most ``gain``; over all winners the sum covers the shortfall, the
        excess is rounding.

    Notes
    -----
    ``ceil(gain * shortfall / gains_total)``.

    Source: Deribit, Insurance fund and socialised loss, read 2026-11-22 (V; the base of the
    proportion U); CME Clearing, Financial safeguards, gains haircutting, read 2026-11-22 (V).
    """
    return mul_div_ceil(gain, shortfall, gains_total)


def is_below_limit(ratio_ppb: int, limit_ppb: int, at_limit: int) -> bool:
    """Return whether a drawdown has passed its limit, read with or without equality.

    Parameters
    ----------
    ratio_ppb : int
        Drawdown ratio, ppb, <= 0.
    limit_ppb : int
        Per-contract limit, ppb, < 0.
    at_limit : int
        1 where equality counts (the page's second example), 0 where it does not (its rule as written).

    Returns
    -------
    bool
        ``ratio < limit``, or ``ratio <= limit``.

    Notes
    -----
    Both readings are published.

    Source: Bybit API docs, ADL alert, commit 072c197, read 2026-11-22 (V); the boundary is contradictory (U).
    """
    return ratio_ppb <= limit_ppb if at_limit != 0 else ratio_ppb < limit_ppb
