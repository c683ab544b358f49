"""Severity: how much of a loss winners bear is itself controlled, from event to event.

    severity ─▶ that part of the lots by profit pro-rata ─▶ the rest by size

In the papers a severity below one leaves the rest of the deficit with the venue. Lots cannot stay open, so here the rest is closed in
proportion to size: everybody on the winning side bears it, not those who have won most.

Source: Chitra, arXiv 2512.01112 v3 and Chitra et al., 2602.15182 (verified in kind). Values of parameters are assumed.
"""

from abc import ABC, abstractmethod
from math import exp, inf, sqrt

from unhedged.adl.claims import (
    Lots,
    Winners,
    close_in_proportion,
    close_rest,
    given_up_per_lot,
    profit,
)


def largest_severity(top: float, deficit: float, ratio: float) -> float:
    """Return the severity at which the top winner keeps ``1 / ratio`` of what is taken, if it alone paid.

    Parameters
    ----------
    top, deficit : float
        The largest endowment and the deficit, one unit, >= 0.
    ratio : float
        ``R`` > 0.

    Returns
    -------
    float
        ``R / (1 + R) * top / deficit``; infinite without a deficit. May exceed 1.

    Notes
    -----
    From ``(M - theta * D) / (theta * D) >= 1 / R``. Source: Chitra, arXiv 2512.01112 v3 (cap of severity); that ``M`` is the top
    winner's endowment is our reading.
    """
    return ratio / (1.0 + ratio) * top / deficit if deficit > 0.0 else inf


def backed_off(last: float, *, factor: float, least: float, most: float) -> float:
    """Return ``min(max(factor * last, least), most)``: exponential back-off of the severity.

    Source: Chitra, arXiv 2512.01112 v3.
    """
    return min(max(factor * last, least), most)


def severity_gradient(
    severity: float,
    top: float,
    deficit: float,
    *,
    solvency: float,
    survival: float,
    overshoot: float,
) -> float:
    """Return the slope, per unit of deficit, of the papers' loss at a severity.

    Parameters
    ----------
    severity : float
        ``theta`` >= 0.
    top, deficit : float
        ``M`` and ``D``, one unit; ``D`` > 0.
    solvency, survival, overshoot : float
        Weights ``lambda``, ``mu``, ``nu`` of the three terms; ``nu`` per unit.

    Returns
    -------
    float
        Of ``-lambda * theta * D + mu * max(0, M - theta * D) + nu * max(0, theta * D - D)^2``, divided by ``D``. At a kink the slope from
        the right. Never positive for ``theta <= 1``: below one the published loss only ever asks for more.

    Notes
    -----
    Source: Chitra, arXiv 2512.01112 v3.
    """
    found = -solvency
    if severity * deficit < top:
        found -= survival
    return found + 2.0 * overshoot * max(0.0, severity * deficit - deficit)


def mirror_step(severity: float, gradient: float, step: float) -> float:
    """Return the severity after a step of entropic mirror descent on ``(theta, 1 - theta)``; 0 and 1 are never left.

    Source: Chitra et al., arXiv 2602.15182 (mirror descent on severity); the entropy is the textbook choice (from memory).
    """
    odds = severity * exp(-step * gradient)
    return odds / (odds + (1.0 - severity))


class SeverityControl(ABC):
    """What both controls share: lots by severity, and what an event looks like."""

    def __init__(self, severity: float) -> None:
        self.severity = severity

    @abstractmethod
    def next_severity(self, top: float, deficit: float) -> float:
        """Return the severity of an event with this largest profit and this loss, atoms, and remember what the next one needs."""

    def __call__(self, winners: Winners, lots: int) -> Lots:
        """Return lots per winner: ``floor(severity * lots)`` in proportion to profit, the rest in proportion to what is left.

        Parameters
        ----------
        winners : structured array
            Rows of `winner`; ``unrealised``, ``notional`` and the two prices are used as well.
        lots : int
            Lots to close, > 0.

        Returns
        -------
        array of int64
            As in `close_in_proportion`; O(n). Monotone and scale invariant as its two parts; Sybil resistant up to rounding as long
            as the top winner, by which severity is capped, is not the one that splits.
        """
        gain = profit(winners)
        deficit = given_up_per_lot(winners) * lots
        severity = self.next_severity(float(gain.max(initial=0)), deficit)
        part = min(lots, int(severity * lots))
        return close_rest(winners, lots, close_in_proportion(winners, part, gain))


class ExponentialBackOff(SeverityControl):
    """Severity falls by ``factor`` from event to event down to ``least``, and is capped by the top winner.

    Parameters
    ----------
    factor, least, ratio : float
        ``a``, ``theta_0`` and ``R`` of the paper.
    """

    def __init__(self, factor: float = 0.5, least: float = 0.1, ratio: float = 1.0) -> None:
        super().__init__(1.0)
        self.factor, self.least, self.ratio = factor, least, ratio

    def fresh(self) -> "ExponentialBackOff":
        """Return the same control before its first event: severity 1, capped."""
        return ExponentialBackOff(self.factor, self.least, self.ratio)

    def next_severity(self, top: float, deficit: float) -> float:
        """Return the present severity, capped, and back off from it."""
        most = largest_severity(top, deficit, self.ratio)
        found = min(self.severity, most)
        self.severity = backed_off(found, factor=self.factor, least=self.least, most=1.0)
        return found


class SeverityMirrorDescent(SeverityControl):
    """Severity follows the slope of the papers' loss with steps that shrink as ``step / sqrt(t)``.

    Parameters
    ----------
    start, step, ratio : float
        First severity, ``eta_0``, and ``R`` of the cap.
    solvency, survival, overshoot : float
        ``lambda``, ``mu``, ``nu`` of `severity_gradient`.
    """

    def __init__(
        self,
        start: float = 0.5,
        step: float = 1.0,
        ratio: float = 1.0,
        *,
        solvency: float = 1.0,
        survival: float = 1.0,
        overshoot: float = 1.0,
    ) -> None:
        super().__init__(start)
        self.start, self.step, self.ratio = start, step, ratio
        self.weights = {"solvency": solvency, "survival": survival, "overshoot": overshoot}
        self.events = 0

    def fresh(self) -> "SeverityMirrorDescent":
        """Return the same control before its first event."""
        return SeverityMirrorDescent(self.start, self.step, self.ratio, **self.weights)

    def next_severity(self, top: float, deficit: float) -> float:
        """Return the present severity, capped, and take a step."""
        found = min(self.severity, largest_severity(top, deficit, self.ratio))
        self.events += 1
        if deficit > 0.0:
            slope = severity_gradient(found, top, deficit, **self.weights)
            self.severity = mirror_step(self.severity, slope, self.step / sqrt(self.events))
        return found


exponential_back_off = ExponentialBackOff()
"""Close a part of the lots by profit pro-rata, half of the part before and at least a tenth, the rest by size.

Source: Chitra, arXiv 2512.01112 v3 (exponential back-off); the numbers are assumed, see ``ExponentialBackOff``.
"""

severity_mirror_descent = SeverityMirrorDescent()
"""Close a part of the lots by profit pro-rata, found by mirror descent on the papers' loss, the rest by size.

Source: Chitra et al., arXiv 2602.15182 (mirror descent on severity); the numbers are assumed, see ``SeverityMirrorDescent``.
"""
