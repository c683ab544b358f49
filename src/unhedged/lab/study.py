"""A study: one scenario, several single changes, the same random numbers, one table; what is asked is data beside the targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from unhedged.lab.amplification import Amplified, amplified
from unhedged.lab.compare import Difference, paired
from unhedged.lab.student import holm
from unhedged.lab.targets import described, shipped
from unhedged.vocab.errors import ResultsError

SUFFIX = ".study.toml"
ENGINE_OFF = ".liquidation.enabled=false"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One change: its name, what it asks, and the assignments that make it."""

    name: str
    asks: str
    set: tuple[str, ...]

    @property
    def engine_off(self) -> bool:
        """Whether all it does is to switch liquidations off."""
        return bool(self.set) and all(one.endswith(ENGINE_OFF) for one in self.set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is varied, and which measures are looked at: fixed before the runs."""

    scenario: str
    measures: tuple[str, ...]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one change did."""

    variant: Variant
    differences: tuple[Difference, ...]  # in the order of the study's measures that both runs have
    amplified: tuple[
        Amplified, ...
    ] = ()  # falls with the engine and without it, where the change is to switch it off


def known() -> list[str]:
    """Return the scenarios that have a study."""
    return shipped(SUFFIX)


def load(scenario: str) -> Study:
    """Return the study of a scenario, its own or one that says it is asked of it too (``also`` in the file).

    Raises
    ------
    ResultsError
        There is none.
    """
    found = described(scenario, SUFFIX)
    if found is None:
        raise ResultsError(
            f'There is no study of "{scenario}".', hint=f"Scenarios with one: {', '.join(known())}."
        )
    variants = [
        Variant(name=block["name"], asks=block["asks"], set=tuple(block["set"]))
        for block in found["variant"]
    ]
    return Study(scenario=scenario, measures=tuple(found["measures"]), variants=tuple(variants))


def effects(study: Study, base: Sequence[Row], others: Sequence[Sequence[Row]]) -> list[Effect]:
    """Return the paired differences of every variant against the base.

    Parameters
    ----------
    base : sequence of mapping
        Headline rows of the scenario as it is.
    others : sequence of sequence of mapping
        Those of each variant, in the order of the study.

    Notes
    -----
    `Difference.chance` is adjusted by Holm's method for all variants and measures together: a study of ten changes and eight measures
    asks eighty questions.
    """
    found = [paired(base, rows, study.measures, adjust=False) for rows in others]
    adjusted = iter(holm([d.chance for row in found for d in row]))
    return [
        Effect(
            variant=variant,
            differences=tuple(replace(d, chance=next(adjusted)) for d in row),
            amplified=tuple(amplified(base, rows)) if variant.engine_off else (),
        )
        for variant, row, rows in zip(study.variants, found, others, strict=True)
    ]
