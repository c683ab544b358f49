"""Types of scenario keys: text with a unit in, plain numbers out, and any number may be a law.

After validation a rate is an ``int`` in 10^-9, a duration an ``int`` in nanoseconds, money a ``float`` in dollars, a price an
exact :class:`~decimal.Decimal`. A ``…OrLaw`` field holds such a number or a :class:`~unhedged.scenario.plan.Law` whose
parameters are in the same unit.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from statistics import NormalDist
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    WithJsonSchema,
)

from unhedged.scenario.plan import Law
from unhedged.vocab import units
from unhedged.vocab.errors import InconsistentRules, ScenarioError, UnitError, UnknownKind


class Block(BaseModel):
    """One block of a scenario file: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _share(value: Any) -> int:
    return bounded(units.parse_rate(value), value, low=0, high=units.PPB, words="0% ≤ share ≤ 100%")


def _factor(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnitError(
            f"{value!r} is not a number.", value=value, allowed="Expected a plain number."
        )
    if not math.isfinite(value):
        raise UnitError(
            f"{value!r} is not finite.", value=value, allowed="Expected a plain number."
        )
    return float(value)


def _not_negative(value: float) -> float:
    if value < 0:
        raise ScenarioError("is negative.", value=value, allowed="Money ≥ $0.")
    return value


def bounded(number: int, value: Any, *, low: int, high: int, words: str) -> int:
    """Return ``number`` when ``low <= number <= high``; raise with the text the user wrote otherwise."""
    if low <= number <= high:
        return number
    raise ScenarioError(f"{value!r} is out of range.", value=value, allowed=f"Allowed: {words}.")


def _schema(words: str, pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "description": words, "pattern": pattern, "examples": list(examples)}
    )


_RATE_SCHEMA = _schema("a rate with a unit", r"^[+\-−]?[\d._,]+ ?(%|bps?|ppm)$", "4.5bps", "0.5%")
_TIME_SCHEMA = _schema(
    "a duration with a unit", r"^([\d._,]+ ?(d|h|m|s|ms|us|ns) ?)+$", "8h", "1h20m"
)
_USD_SCHEMA = _schema(
    "money with a currency", r"^[+\-−]?(\$ ?[\d._,]+|[\d._,]+).*$", "$25M", "$2_000"
)
_PRICE_SCHEMA = WithJsonSchema(
    {
        "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}],
        "description": "a price or size",
    }
)

Rate = Annotated[int, BeforeValidator(units.parse_rate), _RATE_SCHEMA]
"""10^-9 of the whole; may be negative."""
Share = Annotated[int, BeforeValidator(_share), _RATE_SCHEMA]
"""10^-9 of the whole, from none to all."""
Duration = Annotated[int, BeforeValidator(units.parse_duration), _TIME_SCHEMA]
"""Nanoseconds, >= 0."""
Money = Annotated[float, BeforeValidator(units.parse_usd), _USD_SCHEMA]
"""Dollars."""
Funds = Annotated[Money, AfterValidator(_not_negative)]
"""Dollars, >= 0."""
Price = Annotated[Decimal, BeforeValidator(units.parse_price), _PRICE_SCHEMA]
"""Dollars or units of an asset, exact, > 0."""


# ------------------------------------------------------------------------------------------------ laws

BOUNDS = ("low", "high")
"""Every law may be cut: a draw outside is put on the bound."""

LAWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lognormal": (("median",), ("sigma", "p90", "p95", "p99")),
    "normal": (("mean", "sd"), ()),
    "uniform": (("low", "high"), ()),
    "loguniform": (("low", "high"), ()),
    "exponential": (("mean",), ()),
    "pareto": (("minimum", "alpha"), ()),
    "discrete": (("values",), ("weights",)),
}
"""Law: keys it needs, keys it may have."""

MOST_SIGMA = 10
LEAST_ALPHA = 0.1
"""Beyond these a law draws numbers that no quantity of a market has."""

SHAPES = ("sigma", "alpha", "weights")
"""Parameters without a unit."""


def read_law(value: Mapping[str, Any], parse: Callable[[Any], float]) -> Law:
    """Return the law a table such as ``{ law = "lognormal", median = "$2_000", p99 = "$150_000" }`` stands for.

    Parameters
    ----------
    value : mapping
        The table; ``law`` names the kind.
    parse : callable
        Turns one parameter with a unit into a number.

    Raises
    ------
    UnknownKind
        No such law, or no such parameter.
    InconsistentRules
        Parameters missing, or impossible together.
    """
    kind = value.get("law")
    if kind not in LAWS:
        raise UnknownKind.of("law", str(kind), LAWS)
    needed, optional = LAWS[kind]
    allowed = tuple(dict.fromkeys((*needed, *optional, *BOUNDS)))
    for key in value:
        if key != "law" and key not in allowed:
            raise UnknownKind.of(f"parameter of law {kind}", key, allowed)
    missing = [key for key in needed if key not in value]
    if missing:
        raise InconsistentRules(
            f"Law {kind} lacks {' and '.join(missing)}.", allowed=f"It has: {', '.join(allowed)}."
        )
    plain: dict[str, float | tuple[float, ...]] = {
        key: _parameter(key, part, parse) for key, part in value.items() if key != "law"
    }
    return Law(kind=kind, parameters=_canonical(kind, plain))


def _parameter(key: str, part: Any, parse: Callable[[Any], float]) -> float | tuple[float, ...]:
    read = _factor if key in SHAPES else parse
    if key in ("values", "weights"):
        if not isinstance(part, list | tuple) or not part:
            raise InconsistentRules(f"{key} is {part!r}.", allowed="Expected a list of numbers.")
        return tuple(read(item) for item in part)
    return read(part)


def _canonical(
    kind: str, plain: dict[str, float | tuple[float, ...]]
) -> dict[str, float | tuple[float, ...]]:
    number = {key: part for key, part in plain.items() if not isinstance(part, tuple)}
    if kind == "discrete":
        return {**plain, "weights": _weights(plain)}
    if "low" in number and "high" in number and number["low"] > number["high"]:
        raise InconsistentRules("low is above high.", allowed="Expected low ≤ high.")
    if kind == "loguniform" and number["low"] <= 0:
        raise InconsistentRules("low is not above zero.", allowed="A loguniform law needs low > 0.")
    if kind == "lognormal":
        return _lognormal(number)
    for key in ("sd", "alpha", "minimum"):
        if number.get(key, 1) <= 0:
            raise InconsistentRules(f"{key} is not above zero.", allowed=f"Expected {key} > 0.")
    if number.get("alpha", 1) < LEAST_ALPHA:
        raise InconsistentRules(
            f"alpha is {number['alpha']:g}.", allowed=f"Expected alpha ≥ {LEAST_ALPHA}."
        )
    return dict(number)


def _weights(plain: Mapping[str, Any]) -> tuple[float, ...]:
    values = plain["values"]
    weights = plain.get("weights", (1.0,) * len(values))
    if len(values) != len(weights):
        raise InconsistentRules(
            f"{len(values)} values but {len(weights)} weights.",
            allowed="Give one weight per value; they are scaled to sum to 1.",
        )
    if min(weights) < 0 or sum(weights) <= 0:
        raise InconsistentRules("Weights must not be negative, and not all zero.")
    return tuple(weight / sum(weights) for weight in weights)


def _lognormal(number: Mapping[str, float]) -> dict[str, float | tuple[float, ...]]:
    spreads = [key for key in ("sigma", "p90", "p95", "p99") if key in number]
    if len(spreads) != 1:
        raise InconsistentRules(
            "A lognormal law needs one of sigma, p90, p95, p99.",
            allowed=f"Given: {', '.join(spreads) or 'none'}.",
        )
    if number["median"] <= 0:
        raise InconsistentRules("median is not above zero.", allowed="Expected median > 0.")
    spread = number[spreads[0]]
    if spreads[0] == "sigma":
        sigma = spread
    elif spread < number["median"]:
        raise InconsistentRules(f"{spreads[0]} is below the median.")
    else:
        sigma = math.log(spread / number["median"]) / NormalDist().inv_cdf(
            int(spreads[0][1:]) / 100
        )
    if not 0 <= sigma <= MOST_SIGMA:
        raise InconsistentRules(
            f"sigma is {sigma:g}.",
            allowed=f"Expected 0 ≤ sigma ≤ {MOST_SIGMA}: already e^{3 * MOST_SIGMA} times the median once in 1,000 draws.",
        )
    bounds = {key: number[key] for key in BOUNDS if key in number}
    return {"median": number["median"], "sigma": sigma, **bounds}


def or_law(parse: Callable[[Any], float]) -> PlainValidator:
    """Return the validator of a field that is a number read by ``parse`` or a law of such numbers."""

    def read(value: Any) -> Any:
        if isinstance(value, Law):
            return value
        return read_law(value, parse) if isinstance(value, Mapping) else parse(value)

    return PlainValidator(read)


def _with_law(schema: Mapping[str, Any]) -> WithJsonSchema:
    law = {
        "type": "object",
        "required": ["law"],
        "description": "a law to draw from",
        "properties": {"law": {"enum": list(LAWS)}},
    }
    return WithJsonSchema({"anyOf": [dict(schema), law]})


RateOrLaw = Annotated[
    int | Law, or_law(units.parse_rate), _with_law(_RATE_SCHEMA.json_schema or {})
]
DurationOrLaw = Annotated[
    int | Law, or_law(units.parse_duration), _with_law(_TIME_SCHEMA.json_schema or {})
]
MoneyOrLaw = Annotated[
    float | Law, or_law(units.parse_usd), _with_law(_USD_SCHEMA.json_schema or {})
]
NumberOrLaw = Annotated[float | Law, or_law(_factor), _with_law({"type": "number"})]
