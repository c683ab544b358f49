"""The screen of a calibration: what was found, how far each fitted row still misses, what moves what, what pulls apart."""

from collections.abc import Sequence

from unhedged.lab.calibration import Calibration
from unhedged.lab.search import Evaluation
from unhedged.lab.sensitivity import conflicts, effects
from unhedged.lab.targets import Targets
from unhedged.vocab.units import show_number

STRONGEST = 3
"""Measures named per parameter."""


def summary(
    calibration: Calibration, targets: Targets, trace: Sequence[Evaluation], best: Evaluation
) -> str:
    """Return the screen of a search whose best candidate on the whole scenario is ``best``."""
    start = trace[0]
    lines = [
        f"Loss {show_number(best.loss)} over {calibration.final_replicates} replicates of {calibration.final} "
        f"(the start had {show_number(start.loss)} in the search); {len(trace)} evaluations.",
        "",
        f"{'parameter':<34}{'start':>10}{'found':>10}{'range':>18}  moves",
    ]
    moved = effects(trace)
    lines += [_parameter(calibration, name, best, moved.get(name, {})) for name in start.values]
    lines += ["", f"{'fitted row':<66}{'misses by':>12}"]
    words = {row.id: row.what for row in targets.rows}
    lines += [
        f"{row:>3} {words[row]:<62.62}{_half_widths(miss):>12}"
        for row, miss in sorted(best.misses.items())
    ]
    lines.append("Half-widths of its bounds beyond them; 0 is within.")
    apart = conflicts(trace)
    if apart:
        lines += ["", "Rows that pull against each other (rank correlation of their misses):"]
        lines += [f"  {a} and {b}: {value:+.2f}".replace("-", "−") for a, b, value in apart[:5]]
    return "\n".join(lines)


def _half_widths(miss: float) -> str:
    return "0" if miss == 0 else f"{miss:.2f}"


def _parameter(
    calibration: Calibration, name: str, best: Evaluation, moved: dict[str, float]
) -> str:
    one = next(p for p in calibration.parameters if p.name == name)
    strongest = sorted(moved.items(), key=lambda pair: -abs(pair[1]))[:STRONGEST]
    words = ", ".join(f"{measure} {value:+.2f}".replace("-", "−") for measure, value in strongest)
    at_end = " *" if best.values[name] in (one.low, one.high) else ""
    bounds = f"{show_number(one.low)}–{show_number(one.high)}"
    return f"{name:<34}{show_number(one.start):>10}{show_number(best.values[name]):>10}{bounds:>18}  {words}{at_end}".rstrip()
