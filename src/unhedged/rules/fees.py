"""Trading and liquidation fees."""

from unhedged.rules.integer import PPB, mul_div_ceil


def fee(amount: int, rate_ppb: int) -> int:
    """Return the fee of a fill.

    Parameters
    ----------
    amount : int
        Money of the fill or of the liquidated part, atoms, >= 0.
    rate_ppb : int
        Fee rate, ppb of the amount; negative for a rebate.

    Returns
    -------
    int
        Atoms the account pays, negative when it receives a rebate. Always rounded against the
        account: a fee up, the size of a rebate down.

    Notes
    -----
    ``ceil(amount * rate_ppb / 10**9)``. Against the account in both directions, the remainder is
    never negative, so the venue never pays out more than the rate says.

    Source: definition; rates are data of a venue's rulebook. The rounding is ours.
    """
    return mul_div_ceil(amount, rate_ppb, PPB)
