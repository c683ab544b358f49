"""What an asset counts for when it secures positions in another."""

from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor


def collateral_value(amount: int, ratio_ppb: int) -> int:
    """Return the margin an asset provides.

    Parameters
    ----------
    amount : int
        Value of the asset at its index, atoms of the margin asset, >= 0.
    ratio_ppb : int
        Collateral ratio, ppb, 0..10**9.

    Returns
    -------
    int
        Atoms, rounded down (against the account).

    Notes
    -----
    ``floor(amount * ratio / 10**9)``. The haircut never applies to a debt.

    Source: Coinbase International Exchange, Collateral, read 2026-11-22 (V); Binance, Multi-assets
    mode, read 2026-11-22 (V).
    """
    return mul_div_floor(amount, ratio_ppb, PPB)


def collateral_needed(debit: int, ratio_ppb: int) -> int:
    """Return the value of an asset that covers a debit.

    Parameters
    ----------
    debit : int
        Debit in the margin asset, atoms, >= 0.
    ratio_ppb : int
        Collateral ratio of the asset, ppb, > 0.

    Returns
    -------
    int
        Atoms, rounded up: the smallest amount whose ``collateral_value`` reaches the debit.

    Notes
    -----
    ``ceil(debit * 10**9 / ratio)``.

    Source: Binance, Multi-assets mode, auto-exchange (mirror), read 2026-11-22 (M).
    """
    return mul_div_ceil(debit, PPB, ratio_ppb)


def asset_margin(worth: int, ratio_ppb: int) -> int:
    """Return what a balance of an asset, or a debt in it, counts for in a multi-asset account.

    Parameters
    ----------
    worth : int
        Signed value of the balance at its price, unrealised profit in it included, atoms.
    ratio_ppb : int
        Collateral ratio, ppb, 0..10**9.

    Returns
    -------
    int
        Atoms, rounded down (against the account); a debt counts in full.

    Notes
    -----
    ``min(worth * ratio, worth)``.

    Source: Binance, Portfolio Margin Pro: ``min(x p cr, x p)`` per asset, read 2026-11-22 (V).
    """
    return min(worth, mul_div_floor(worth, ratio_ppb, PPB))


def next_credit(credit: int, lower: int, ratio_prev: int, ratio: int) -> int:
    """Return the credit that joins a haircut tier continuously to the one below.

    Parameters
    ----------
    credit : int
        Credit of the tier below, atoms, >= 0; 0 for the first tier.
    lower : int
        Value at which the tier starts, atoms, >= 0.
    ratio_prev, ratio : int
        Collateral ratios of the tier below and of the tier, ppb, ``ratio <= ratio_prev``.

    Returns
    -------
    int
        Credit, atoms, rounded down (against the account).

    Notes
    -----
    ``credit + floor(lower * (ratio_prev - ratio) / 10**9)``, so that the value is the sum of
    marginal slices: the mirror of a margin tier's deduction.

    Source: Bybit, Tier collateral ratio, API docs commit 072c197, read 2026-11-22 (V); the
    recurrence is derived from the marginal reading.
    """
    return credit + mul_div_floor(lower, ratio_prev - ratio, PPB)


def tiered_collateral_value(amount: int, ratio_ppb: int, credit: int) -> int:
    """Return the margin an asset provides under a marginal haircut schedule.

    Parameters
    ----------
    amount : int
        Value of the asset at its price, atoms, >= 0.
    ratio_ppb : int
        Collateral ratio of the tier that contains ``amount``, ppb, 0..10**9.
    credit : int
        The tier's credit, atoms, >= 0; keeps the schedule continuous.

    Returns
    -------
    int
        Atoms, rounded down (against the account).

    Notes
    -----
    ``floor(amount * ratio / 10**9) + credit``. A value equal to a tier's floor belongs to the higher
    tier; the value is the same in both.

    Source: Bybit, Tier collateral ratio, API docs commit 072c197, read 2026-11-22 (V).
    """
    return mul_div_floor(amount, ratio_ppb, PPB) + credit


def collateral_price(which: int, local_milli: int, index_milli: int, redemption_milli: int) -> int:
    """Return the price at which a venue values an asset posted as collateral.

    Parameters
    ----------
    which : int
        ``CollateralPrice``: 0 the venue's own book, 1 an index over venues, 2 what the issuer pays.
    local_milli, index_milli, redemption_milli : int
        The three prices, milli-ticks of one price scale, > 0.

    Returns
    -------
    int
        One of the three, milli-ticks; exact.

    Notes
    -----
    The choice decides who is liquidated when a token leaves its peg on one venue only: on
    10 October 2025 Binance valued USDe, wBETH and BNSOL by its own books, where USDe fell to 0.65.

    Source: Binance, statements on the compensation for USDe, BNSOL and wBETH, October 2025 and
    31 January 2026, as collected, read 2026-11-22 (M).
    """
    if which == 0:
        return local_milli
    if which == 1:
        return index_milli
    return redemption_milli


def lots_to_cover(needed: int, milli: int, num: int, den: int) -> int:
    """Return the fewest lots of an asset whose value reaches an amount.

    Parameters
    ----------
    needed : int
        Atoms, >= 0.
    milli : int
        Price, milli-ticks, > 0.
    num, den : int
        Of the asset's book: a lot at a tick is ``num / den`` atoms; ``milli * num < 2**63``.

    Returns
    -------
    int
        Lots, rounded up.

    Notes
    -----
    ``ceil(needed * 1000 * den / (milli * num))``.

    Source: definition, the inverse of ``pnl.value``.
    """
    return mul_div_ceil(needed, MILLI * den, milli * num)
