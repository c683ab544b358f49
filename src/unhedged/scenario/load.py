"""Reading a scenario: name, path or mapping in; a validated, unchangeable scenario out, or every error at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from unhedged.scenario import checks, imported, layers, problems
from unhedged.scenario.layers import Stack
from unhedged.scenario.overrides import override
from unhedged.scenario.plan import RunPlan
from unhedged.scenario.resolve import resolve
from unhedged.scenario.spec import Scenario
from unhedged.scenario.toml import to_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedScenario:
    """A validated scenario that remembers what was written where."""

    spec: Scenario
    stack: Stack

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec.name

    @property
    def replicates(self) -> int:
        """Replicates it asks for."""
        return self.spec.run.replicates

    def plan(self) -> RunPlan:
        """Return what the engine runs."""
        return resolve(self.spec)

    def show(self, *, all: bool = False) -> str:  # noqa: A002 - the word on the command line
        """Return the text of ``unhedged show``: who, where, what happens when; every default with ``all``."""
        from unhedged.scenario.show import show  # noqa: PLC0415 - only where it is asked for

        origins = layers.spread(self.stack).origins
        made = {block: origin.template for block, origin in origins.items()}
        return show(self.spec, self.plan(), all=all, made=made)

    def vary(self, changes: Mapping[str, Any] | Sequence[str]) -> "LoadedScenario":
        """Return a new scenario with ``changes`` laid over this one, which stays as it is.

        Parameters
        ----------
        changes : mapping or sequence of str
            Path to value, ``{"venue.hub.fund.start": "$10M"}``; or ``"venue.hub.fund.start=$10M"``.

        Raises
        ------
        ScenarioError
            A path that leads nowhere, or a value that is not allowed.
        """
        stacked = Stack(
            data=layers.merge({}, self.stack.data),
            layers=list(self.stack.layers),
            overrides=dict(self.stack.overrides),
        )
        override(stacked, changes)
        return validate(stacked)

    def to_toml(self) -> str:
        """Return the whole scenario, inheritance and overrides included, as one file."""
        return to_toml(self.stack.data)

    def __repr__(self) -> str:
        """Return one line."""
        spec = self.spec
        return (
            f"<scenario {spec.name}: {len(spec.venue)} venues, {len(spec.instrument)} instruments, "
            f"{len(spec.agent)} kinds of agents>"
        )

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - notebooks only

        return f"<pre>{escape(self.show())}</pre>"


def load(
    source: str | Path | Mapping[str, Any] | LoadedScenario,
    *,
    overrides: Mapping[str, Any] | Sequence[str] = (),
) -> LoadedScenario:
    """Return the scenario ``source`` stands for.

    Parameters
    ----------
    source : str, Path, mapping or LoadedScenario
        A shipped name, a path to a TOML file, or the same as a mapping.
    overrides : mapping or sequence of str
        Such as ``{"venue.hub.fund.start": "$10M"}``, laid over the file before it is validated.

    Raises
    ------
    ScenarioError
        Something cannot be used; a :class:`~unhedged.vocab.errors.ScenarioErrors` holds several.
    """
    if isinstance(source, LoadedScenario):
        return source.vary(overrides) if overrides else source
    stacked = layers.stack(source)
    override(stacked, overrides)
    return validate(stacked)


def validate(stacked: Stack) -> LoadedScenario:
    """Return the scenario a stack of layers makes, or raise every error found."""
    found = imported.expand(stacked)
    made = layers.spread(stacked)
    try:
        spec = Scenario.model_validate(made.data)
    except ValidationError as error:
        raise problems.ordered([*found, *problems.explain(error, made, Scenario)]) from None
    found += checks.check(spec, made)
    if found:
        raise problems.ordered(found)
    return LoadedScenario(spec=spec, stack=stacked)
