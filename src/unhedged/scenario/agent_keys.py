"""Types and bases of agent blocks: names of instruments, rates per second, positive laws, the latency every agent has."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from unhedged.scenario.fields import (
    Block,
    Duration,
    DurationOrLaw,
    MoneyOrLaw,
    NumberOrLaw,
    RateOrLaw,
    or_law,
)
from unhedged.scenario.plan import Law
from unhedged.vocab.errors import InconsistentRules, ScenarioError, UnitError
from unhedged.vocab.ids import is_name, split_instrument

_PER = re.compile(r"(\d[\d_]*(?:\.\d+)?|\.\d+)\s*/\s*(s|m|h)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_LOWEST = {"lognormal": "median", "pareto": "minimum", "exponential": "mean"}


def key(text: Any, description: str, **bounds: Any) -> Any:
    """Return the default of a key as a user would write it, with what it means."""
    return Field(default=text, description=description, **bounds)


def parse_per_second(value: Any) -> float:
    """Return events a second from text such as ``"0.94/s"``, ``"30/m"`` or ``"2/h"``."""
    match = _PER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise UnitError(
            f"{value!r} is not a number of events per time.",
            value=value,
            allowed="Expected events per second, minute or hour, such as '0.94/s' or '30/m'.",
        )
    return float(match[1].replace("_", "")) / _SECONDS[match[2]]


def _least(value: Any) -> float:
    # The smallest number a law can give, as far as its parameters tell.
    if not isinstance(value, Law):
        return float(value)
    low = value.parameters.get("low")
    if isinstance(low, int | float):
        return float(low)
    if value.kind == "discrete":
        return min(value.parameters["values"])  # type: ignore[arg-type]
    if value.kind in _LOWEST:
        part = value.parameters[_LOWEST[value.kind]]
        return float(part) if isinstance(part, int | float) else part[0]
    return -1.0


def _bound(words: str, holds: Callable[[float], bool]) -> AfterValidator:
    def check(value: Any) -> Any:
        if not holds(_least(value)):
            raise ScenarioError(
                f"{'the law' if isinstance(value, Law) else value!r} goes below what makes sense.",
                value=value,
                allowed=f"Allowed: {words}; a normal law needs low.",
            )
        return value

    return AfterValidator(check)


_POSITIVE = _bound("above 0", lambda least: least > 0)
_NOT_NEGATIVE = _bound("0 or more", lambda least: least >= 0)

PositionMode = Literal["one_way", "hedge"]
PositiveMoney = Annotated[MoneyOrLaw, _POSITIVE]
PositiveRate = Annotated[RateOrLaw, _POSITIVE]
PositiveTime = Annotated[DurationOrLaw, _POSITIVE]
PositiveNumber = Annotated[NumberOrLaw, _POSITIVE]
SomeMoney = Annotated[MoneyOrLaw, _NOT_NEGATIVE]
SomeRate = Annotated[RateOrLaw, _NOT_NEGATIVE]
SomeTime = Annotated[DurationOrLaw, _NOT_NEGATIVE]
SomeNumber = Annotated[NumberOrLaw, _NOT_NEGATIVE]

_EVENTS_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {
                "type": "string",
                "description": "events per time",
                "pattern": r"^[\d._]+ ?/ ?[smh]$",
                "examples": ["0.94/s"],
            },
            {"type": "object", "required": ["law"], "description": "a law to draw from"},
        ]
    }
)
PerSecond = Annotated[float | Law, or_law(parse_per_second), _EVENTS_SCHEMA, _NOT_NEGATIVE]
"""Events a second."""


def _agent_name(value: str) -> str:
    if not is_name(value):
        raise ScenarioError(
            f"{value!r} cannot be a name.",
            value=value,
            allowed="Letters, digits, dashes and underscores.",
        )
    return value


def _instrument(value: str) -> str:
    venue, symbol = split_instrument(value)
    if not (is_name(symbol) and is_name(venue)):
        raise ScenarioError(
            f"{value!r} cannot be an instrument.",
            value=value,
            allowed="venue/symbol, such as 'binance/BTC-PERP'.",
        )
    return value


AgentName = Annotated[str, AfterValidator(_agent_name)]
InstrumentRef = Annotated[str, AfterValidator(_instrument)]
"""The id of an instrument of the scenario."""


class Group(Block):
    """What every block of agents has."""

    LEGS: ClassVar[tuple[str, ...]] = ()
    """Keys that name instruments, in the order of the agent's legs."""

    id: AgentName = Field(description="agents are called id.0, id.1, …")
    count: int = key(1, "how many agents; each draws its own laws", ge=1, le=10_000_000)

    def named_instruments(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield the path inside the block and the id of each instrument named, in the order of legs."""
        for name in self.LEGS:
            value = getattr(self, name)
            if isinstance(value, str):
                yield (name,), value
            elif value is not None:
                yield from (((name, n), part) for n, part in enumerate(value))

    @model_validator(mode="after")
    def _legs_differ(self) -> Any:
        names = [name for _, name in self.named_instruments()]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InconsistentRules(
                f'"{twice}" is named twice.', allowed="Each leg is another instrument."
            )
        return self


class Acting(Group):
    """A group whose agents watch books and send orders."""

    order_latency: SomeTime = key("20ms", "from decision to the venue, least")
    order_jitter: Duration = key("10ms", "added to it, drawn anew for each message")
    data_latency: SomeTime = key("20ms", "by which it sees books late")


def without(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a block as written, less one of its keys."""
    return {key: value for key, value in data.items() if key != name}


def as_tuple(value: Any) -> Any:
    """Return a single name as a list of one."""
    return (value,) if isinstance(value, str) else value


def in_order(block: Block, low: str, high: str) -> None:
    """Raise InconsistentRules unless ``low < high``, where both are plain numbers."""
    a, b = getattr(block, low), getattr(block, high)
    if isinstance(a, int) and isinstance(b, int) and a >= b:
        raise InconsistentRules(f"{low} is not below {high}.", allowed=f"Expected {low} < {high}.")
