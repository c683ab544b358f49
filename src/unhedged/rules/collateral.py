"""What an asset counts for when it secures positions in another."""

from unhedged.rules.integer import PPB, mul_div_ceil, mul_div_floor


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
