"""Initial and maintenance margin: marginal tiers, whole-position tiers, slopes and steps.

Looking a tier up is the caller's work; what a tier means is said here. In every schedule a notional
equal to a tier's floor belongs to the higher tier.
"""

from unhedged.rules.integer import PPB, mul_div_ceil, mul_div_floor


def maintenance_margin(notional: int, rate_ppb: int, deduct: int) -> int:
    """Return the maintenance margin of one position in one tier of a marginal schedule.

    Parameters
    ----------
    notional : int
        Absolute position value at mark, atoms, >= 0.
    rate_ppb : int
        Maintenance rate of the tier that contains ``notional``, ppb of notional, >= 0.
    deduct : int
        The tier's deduction, atoms, >= 0; keeps the schedule continuous.

    Returns
    -------
    int
        Required margin, atoms, rounded up (against the account), never negative.

    Notes
    -----
    ``max(0, ceil(notional * rate_ppb / 10**9) - deduct)``. A notional equal to a tier's floor
    belongs to the higher tier. The rate depends on the notional only, not on the leverage the user
    picked.

    Source: Binance, How to calculate the liquidation price of USD-M futures, read 2026-11-22 (V);
    Bybit, Margin parameters, read 2026-11-22 (M); Hyperliquid docs, Margin tiers, read 2026-11-22
    (M).
    """
    return max(0, mul_div_ceil(notional, rate_ppb, PPB) - deduct)


def initial_margin(notional: int, rate_ppb: int) -> int:
    """Return the initial margin of a position or order.

    Parameters
    ----------
    notional : int
        Absolute value, atoms, >= 0.
    rate_ppb : int
        Initial rate, ppb of notional, >= 0.

    Returns
    -------
    int
        Required margin, atoms, rounded up (against the account).

    Notes
    -----
    ``ceil(notional * rate_ppb / 10**9)``.

    Source: Binance, Notional limits and leverage brackets, read 2026-11-22 (V).
    """
    return mul_div_ceil(notional, rate_ppb, PPB)


def initial_margin_at_leverage(notional: int, leverage: int) -> int:
    """Return the initial margin at a chosen whole-number leverage.

    Parameters
    ----------
    notional : int
        Absolute value, atoms, >= 0.
    leverage : int
        Chosen leverage, >= 1, not above the tier's maximum.

    Returns
    -------
    int
        Required margin, atoms, rounded up (against the account).

    Notes
    -----
    ``ceil(notional / leverage)``.

    Source: Binance, Notional limits and leverage brackets, read 2026-11-22 (V).
    """
    return mul_div_ceil(notional, 1, leverage)


def is_in_tier(notional: int, lower: int, upper: int) -> bool:
    """Return whether a notional lies in a tier.

    Parameters
    ----------
    notional : int
        Absolute position value at mark, atoms, >= 0.
    lower, upper : int
        The tier's floor and the floor of the next tier, atoms.

    Returns
    -------
    bool
        True on ``[lower, upper)``.

    Notes
    -----
    The floor belongs to the tier, the next floor does not. With continuous deductions both choices
    give the same margin; with whole-position rates they do not.

    Source: Binance, notional and leverage brackets (fields notionalFloor, notionalCap), read
    2026-11-22 (V); the side of the equality is our decision (U).
    """
    return lower <= notional < upper


def next_deduction(deduct: int, lower: int, rate_prev: int, rate: int) -> int:
    """Return the deduction that joins a tier continuously to the one below.

    Parameters
    ----------
    deduct : int
        Deduction of the tier below, atoms, >= 0; 0 for the first tier.
    lower : int
        Notional at which the tier starts, atoms, >= 0.
    rate_prev, rate : int
        Maintenance rates of the tier below and of the tier, ppb, ``rate >= rate_prev``.

    Returns
    -------
    int
        Deduction, atoms, rounded down (against the account); exact for every published schedule.

    Notes
    -----
    ``deduct + floor(lower * (rate - rate_prev) / 10**9)``, so that margin is the sum of marginal
    slices.

    Source: Binance, How to calculate the liquidation price of USD-M futures, maintenance amount,
    read 2026-11-22 (M).
    """
    return deduct + mul_div_floor(lower, rate - rate_prev, PPB)


def whole_position_margin(notional: int, rate_ppb: int) -> int:
    """Return a margin whose tier rate applies to the whole position.

    Parameters
    ----------
    notional : int
        Absolute position value at mark, atoms, >= 0.
    rate_ppb : int
        Rate of the tier or slope that contains the position, ppb of notional, >= 0.

    Returns
    -------
    int
        Required margin, atoms, rounded up (against the account).

    Notes
    -----
    ``ceil(notional * rate_ppb / 10**9)`` without a deduction: the margin jumps at a tier's edge,
    where the floor belongs to the higher tier.

    Source: Deribit, Linear perpetual, read 2026-11-22 (V); OKX, Position tiers: whole-position
    reading inferred from the absence of a deduction column, read 2026-11-22 (U).
    """
    return mul_div_ceil(notional, rate_ppb, PPB)


def slope_rate(base_ppb: int, slope_ppb: int, size: int, unit: int) -> int:
    """Return a margin rate that grows linearly with the size of the position.

    Parameters
    ----------
    base_ppb : int
        Rate of an infinitesimal position, ppb.
    slope_ppb : int
        Increase per ``unit`` of size, ppb.
    size : int
        Absolute position, lots, >= 0.
    unit : int
        Lots in one coin, > 0.

    Returns
    -------
    int
        Rate, ppb, rounded up (against the account); it applies to the whole position.

    Notes
    -----
    ``base + ceil(slope * size / unit)``. BTC_USDC: initial 2 % + 0.005 % per BTC, maintenance 1 % +
    0.005 % per BTC; SOL_USDC: 4 % + 0.0005 % and 2 % + 0.0005 % per SOL.

    Source: Deribit, Linear perpetual, read 2026-11-22 (V).
    """
    return base_ppb + mul_div_ceil(slope_ppb, size, unit)


def risk_limit_steps(notional: int, base_limit: int, step: int) -> int:
    """Return the number of risk-limit steps a position stands above the base limit.

    Parameters
    ----------
    notional : int
        Absolute position value, in any unit, >= 0.
    base_limit, step : int
        Base limit and step size in the same unit, ``step > 0``.

    Returns
    -------
    int
        Steps, >= 0, rounded up.

    Notes
    -----
    ``max(0, ceil((notional - base_limit) / step))``. A value equal to a limit still fits under it.

    Source: BitMEX, Risk limits examples, read 2026-11-22 (V).
    """
    return max(0, mul_div_ceil(notional - base_limit, 1, step))


def step_rate(rate_ppb: int, increment_ppb: int, steps: int) -> int:
    """Return a margin rate after a number of risk-limit steps.

    Parameters
    ----------
    rate_ppb : int
        Rate at the base limit, initial or maintenance, ppb.
    increment_ppb : int
        Increase per step, ppb: the base maintenance rate for both.
    steps : int
        Steps above the base limit, >= 0.

    Returns
    -------
    int
        Rate of the whole position, ppb; exact.

    Notes
    -----
    ``rate + steps * increment``.

    Source: BitMEX, Risk limits examples, read 2026-11-22 (V).
    """
    return rate_ppb + steps * increment_ppb


def hyperliquid_maintenance_rate(max_leverage: int) -> int:
    """Return the maintenance rate that belongs to a tier's maximum leverage.

    Parameters
    ----------
    max_leverage : int
        Maximum leverage of the tier, >= 1.

    Returns
    -------
    int
        Rate, ppb, rounded up (against the account): 40x gives 12,500,000 and 3x gives 166,666,667.

    Notes
    -----
    Half the initial rate at maximum leverage: ``ceil(10**9 / (2 * max_leverage))``.

    Source: Hyperliquid docs, Margining and Margin tiers, read 2026-11-22 (M).
    """
    return mul_div_ceil(PPB, 1, 2 * max_leverage)


def hyperliquid_transfer_margin(initial: int, notional: int, share_ppb: int) -> int:
    """Return the equity that must stay in an account when margin is withdrawn.

    Parameters
    ----------
    initial : int
        Initial margin of the open positions, atoms, >= 0.
    notional : int
        Absolute value of the open positions at mark, atoms, >= 0.
    share_ppb : int
        Share of the value that must stay, ppb (10 %: 100,000,000).

    Returns
    -------
    int
        Atoms, rounded up (against the account).

    Notes
    -----
    ``max(initial, ceil(notional * share / 10**9))``; equality is enough.

    Source: Hyperliquid docs, Margining, read 2026-11-22 (M).
    """
    return max(initial, mul_div_ceil(notional, share_ppb, PPB))


def top_ups(equity: int, threshold: int, amount: int, reserve: int) -> int:
    """Return how many equal additions of margin bring an account to its threshold, as far as its reserve goes.

    Parameters
    ----------
    equity, threshold : int
        Atoms; ``equity < threshold``, equality needs nothing.
    amount : int
        Atoms of one addition, > 0.
    reserve : int
        Atoms the holder has left outside, >= 0.

    Returns
    -------
    int
        ``min(ceil((threshold - equity) / amount), floor(reserve / amount))``, >= 0.

    Notes
    -----
    The holder's own habit, not a rule of a venue: additions of one size, one payment.
    """
    return min(-((equity - threshold) // amount), reserve // amount)
