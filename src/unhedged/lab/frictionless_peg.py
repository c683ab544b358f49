"""The peg without frictions: where a perpetual trades when whoever may arbitrage it pays nothing, under a venue's own funding rule.

Between two settlements a perpetual needs no money and pays nothing, so without arbitrage its price is a martingale; at a settlement
its long pays the rate on the index, so the price rises by as much::

    f after = f before + F x,      F = rule(average premium of the interval),      x grows by g = r_a - r_b a year

The engine's market is not frictionless and has no interest on money or coins, so no run is made: this recursion is solved backward,
with the sums, the average and the rate by which the engine settles funding: the same functions, here before they are compiled. What ends the recursion is
forgotten by half an interval after interval.

Source: D. Ackerer, J. Hugonnier, U. Jermann, Perpetual futures pricing, Mathematical Finance (2025), arXiv 2310.11771: with funding
``kappa (f - x) + iota x`` the price is ``f = x (kappa - iota) / (kappa - g)``.
"""

import math

from unhedged.rules.funding import funding_rate_binance
from unhedged.rules.integer import PPB
from unhedged.rules.premiums import premium_average, premium_sum

YEAR_HOURS = 8_760
HOURS = 8
"""Interval of funding; the rule pays the average premium once an interval, so kappa is one over it."""
KAPPA = YEAR_HOURS / HOURS
"""Per year."""
SAMPLES = 96
"""Premium samples of an interval: one in five minutes. The venue takes 5,760; of a line so straight the average is the same."""
INTERVALS = 24
UNCAPPED = PPB
"""A cap that never binds, ppb."""
PRECISION = 1e-10
"""Of the premium, to which each step is solved."""


def closed_form(carry: float, interest: float = 0.0) -> float:
    """Return ``(kappa - iota) / (kappa - g) - 1``, the premium of the perpetual, a fraction.

    Parameters
    ----------
    carry : float
        ``g = r_a - r_b``, growth of the index under the pricing measure, per year, below `KAPPA`.
    interest : float
        ``iota``, per year.
    """
    return (KAPPA - interest) / (KAPPA - carry) - 1.0


def by_integral(carry: float, interest: float = 0.0, steps: int = 200_000) -> float:
    """Return the premium a second time: the index at an exponential time of mean ``1 / kappa``, summed numerically.

    ``f / x - 1 = integral of (kappa - iota) exp((g - kappa) s) ds - 1`` by Simpson's rule over 40 mean times; even ``steps``.
    """
    end = 40.0 / KAPPA
    width = end / steps
    total = 0.0
    for n in range(steps + 1):
        weight = 1 if n in (0, steps) else 4 if n % 2 else 2
        total += weight * math.exp((carry - KAPPA) * n * width)
    return (KAPPA - interest) * total * width / 3.0 - 1.0


def average_premium(start: float, carry: float, samples: int = SAMPLES) -> int:
    """Return the average premium of an interval that begins at premium ``start``, ppb, sampled and weighted as the venue does.

    The price stands still while the index grows by ``carry`` a year.
    """
    total = 0
    for i in range(1, samples + 1):
        grown = math.exp(carry * i / samples / KAPPA)
        total = premium_sum(total, round(((1.0 + start) / grown - 1.0) * PPB), i)
    return int(premium_average(total, samples))


def settled(start: float, carry: float, interest_ppb: int, clamp_ppb: int, samples: int) -> float:
    """Return the premium just after the settlement that ends an interval begun at ``start``, a fraction.

    Parameters
    ----------
    start : float
        Premium just after the settlement before, a fraction.
    carry : float
        Growth of the index, per year.
    interest_ppb, clamp_ppb : int
        Of the rule, per eight hours.
    samples : int
        Premium samples of the interval, >= 1.
    """
    premium = average_premium(start, carry, samples)
    rate = funding_rate_binance(premium, interest_ppb, clamp_ppb, UNCAPPED, HOURS) / PPB
    return (1.0 + start) * math.exp(-carry / KAPPA) - 1.0 + rate


def peg(carry: float, interest_ppb: int = 0, clamp_ppb: int = 0, samples: int = SAMPLES) -> float:
    """Return the average premium of the frictionless perpetual under the venue's rule, a fraction, as the venue itself measures it.

    Parameters
    ----------
    carry : float
        ``r_a - r_b``, per year, -1 to 1.
    interest_ppb, clamp_ppb : int
        Of the rule, per eight hours; both 0 leave the rule of the closed form, the rate is the premium. With Binance's own, 100,000 and
        500,000, the rate stands still while the premium is near: the price then goes to the edge of that band.
    samples : int
        Premium samples an interval.

    Returns
    -------
    float
        Of the first interval, after `INTERVALS` have been solved from a perpetual that ends at the index.
    """
    after, start = 0.0, 0.0
    for _ in range(INTERVALS):
        start = _before(after, carry, interest_ppb, clamp_ppb, samples)
        after = start
    return average_premium(start, carry, samples) / PPB


def _before(after: float, carry: float, interest_ppb: int, clamp_ppb: int, samples: int) -> float:
    # Bisection: what is settled rises with where the interval began.
    low, high = -0.02, 0.02
    while high - low > PRECISION:
        middle = (low + high) / 2.0
        if settled(middle, carry, interest_ppb, clamp_ppb, samples) < after:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
