"""Optimal quotes of a market maker with inventory, in closed form.

Prices are relative (fractions of the price), sizes in units of one order. With ``k = 1 / distance`` the intensity of fills at
distance d from the mid is ``A exp(-k d)``, and risk aversion enters as ``x = gamma / k``, a number without a unit.

Source: O. Guéant, C.-A. Lehalle, J. Fernandez-Tapia, Dealing with the inventory risk, Mathematics and Financial Economics 7
(2013), 477-507, the stationary approximation::

    bid distance(q) = ln(1 + gamma/k) / gamma + (2q + 1) / 2 * S
    ask distance(q) = ln(1 + gamma/k) / gamma - (2q - 1) / 2 * S
    S = sqrt(sigma^2 gamma / (2 k A) * (1 + gamma/k)^(1 + k/gamma))
"""

import math

from unhedged.kernels.compiled import kernel
from unhedged.kernels.floatmath import ln, pow_


@kernel("float64(float64, float64)")
def spread_term(risk: float, distance: float) -> float:
    """Return ``ln(1 + gamma/k) / gamma``, the half-spread without inventory risk, relative.

    Parameters
    ----------
    risk : float
        ``gamma / k``, > 0.
    distance : float
        ``1 / k``, relative.
    """
    return distance * ln(1.0 + risk) / risk


@kernel("float64(float64, float64, float64)")
def skew_term(sigma: float, risk: float, arrival: float) -> float:
    """Return ``S``: by how much quotes move per order of inventory, relative.

    Parameters
    ----------
    sigma : float
        Volatility, relative, per root second.
    risk : float
        ``gamma / k``, > 0.
    arrival : float
        ``A``, fills a second at the mid, > 0.
    """
    return sigma * math.sqrt(risk / (2.0 * arrival) * pow_(1.0 + risk, 1.0 + 1.0 / risk))
