"""What was asked about a position: of the right types, and nothing that would change nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unhedged.venues.collateral import NAMES, Holding
from unhedged.venues.legs import LegText
from unhedged.vocab.errors import ScenarioError, UnknownKind


def texts(option: str, given: Any) -> list[str]:
    """Return a text, or a sequence of them, as a list.

    Raises
    ------
    ScenarioError
        Something else.
    """
    found = [given] if isinstance(given, str) else given
    if isinstance(found, Iterable) and not isinstance(found, Mapping | bytes):
        found = list(found)
        if all(isinstance(text, str) for text in found):
            return found
    raise ScenarioError(
        f"{given!r} cannot be read.",
        value=given,
        where=option,
        allowed="Expected a text or a list of texts.",
    )


def text(option: str, given: Any) -> str:
    """Return a text.

    Raises
    ------
    ScenarioError
        Something else.
    """
    if not isinstance(given, str):
        raise ScenarioError(
            f"{given!r} cannot be read.", value=given, where=option, allowed="Expected a text."
        )
    return given


def pairs(option: str, given: Any) -> dict[str, Any]:
    """Return ``NAME=VALUE`` texts, or a mapping of texts and numbers, as a mapping.

    Raises
    ------
    ScenarioError
        A text without an equals sign, a name given twice, or neither texts nor a mapping.
    """
    if isinstance(given, Mapping):
        for name, value in given.items():
            text(option, name)
            if value is None:
                raise ScenarioError(
                    f"{name} is None.", value=value, where=option, hint=f"Leave {name} out."
                )
        return dict(given)
    if not isinstance(given, Iterable) or isinstance(given, bytes):
        raise ScenarioError(
            f"{given!r} cannot be read.",
            value=given,
            where=option,
            allowed="Expected NAME=VALUE, a list of such texts, or a mapping by name.",
        )
    found: dict[str, Any] = {}
    for one in texts(option, given):
        name, equals, value = one.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ScenarioError(f"{one!r} is not NAME=VALUE.", value=one, where=option)
        if name.strip() in found:
            raise ScenarioError(f"{name.strip()} is given twice.", value=one, where=option)
        found[name.strip()] = value.strip()
    return found


def own_pockets(mode: str, legs: Sequence[LegText]) -> bool:
    """Return whether each leg brings its own margin: isolated, and not one leg secured by the collateral."""
    if mode != "isolated":
        return False
    return len(legs) > 1 or legs[0].margin is not None or legs[0].leverage is not None


def refuse_idle_margin(mode: str, legs: Sequence[LegText], collateral: Sequence[str]) -> None:
    """Refuse margin that would secure nothing.

    Raises
    ------
    ScenarioError
        Collateral of an account whose legs each bring their own, or margin of one leg where all share.
    """
    if own_pockets(mode, legs) and collateral:
        raise ScenarioError(
            f"{collateral[0]} secures nothing: every isolated leg brings its own margin.",
            value=collateral[0],
            where="collateral",
            hint="Leave --collateral out, or ask with --mode cross.",
        )
    own = [leg for leg in legs if leg.margin is not None]
    if own and mode != "isolated":
        raise ScenarioError(
            f"{own[0].margin} cannot be for {own[0].contract} alone: in {mode} margin one account secures every leg.",
            value=own[0].margin,
            where=f"leg {own[0].contract}",
            hint="Ask with --mode isolated, or add it to --collateral.",
        )


def refuse_idle_prices(
    held: Sequence[Holding],
    prices: Mapping[str, Any],
    haircuts: Mapping[str, str],
    valued_at: str | None,
) -> None:
    """Refuse prices and haircuts of what is not posted, or counts in full.

    Raises
    ------
    ScenarioError
        A price or haircut that changes nothing, or a price by a choice that does not exist.
    """
    posted = dict.fromkeys(holding.asset for holding in held if holding.price is not None)
    asked = [("price", name) for name in prices] + [("haircut", name) for name in haircuts]
    for option, name in asked:
        asset, _, choice = name.partition(".") if option == "price" else (name, "", "")
        if asset not in posted:
            raise ScenarioError(
                f"{asset} is not posted at a price: its {option} changes nothing.",
                value=name,
                where=f"--{option}",
                allowed=f"Posted at a price: {', '.join(posted) or 'nothing'}.",
            )
        if choice and choice not in NAMES:
            raise UnknownKind.of("price of collateral", choice, NAMES, where=f"--{option}")
        if choice and asset in prices:
            raise ScenarioError(
                f"{asset} has a price of its own and one by choice, {name}: one of them would not count.",
                value=name,
                where=f"--{option}",
                hint=f"Give either {asset} or {', '.join(f'{asset}.{n}' for n in NAMES)}.",
            )
    if valued_at is not None and not posted:
        raise ScenarioError(
            f"Nothing is posted at a price: valued at {valued_at} changes nothing.",
            value=valued_at,
            where="--valued-at",
            hint="Leave it out.",
        )
