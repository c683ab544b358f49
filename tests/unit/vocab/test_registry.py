"""Registry: choices by name, nothing imported before it is picked."""

import pytest

from unhedged.vocab import registry
from unhedged.vocab.errors import PluginError, UnknownKind


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_added", {kind: {} for kind in registry.KINDS})


def test_registered_object_is_picked_by_name() -> None:
    mine = lambda winners, lots: lots  # noqa: E731 - any callable
    registry.register("adl", "mine-v1", mine)
    assert registry.pick("adl", "mine-v1") is mine


def test_target_in_words_is_imported_when_picked() -> None:
    registry.register("measures", "root-v1", "math:sqrt")
    assert registry.pick("measures", "root-v1")(9) == 3


def test_path_to_code_needs_no_registration() -> None:
    assert registry.pick("adl", "math:sqrt")(4) == 2


def test_object_is_returned_as_it_is() -> None:
    assert registry.pick("adl", len) is len


def test_unknown_name_lists_what_there_is_with_a_guess() -> None:
    registry.register("adl", "profit-first-v1", len)
    with pytest.raises(UnknownKind) as caught:
        registry.pick("adl", "profit_first")
    assert caught.value.suggestions[0] == "profit-first-v1"
    assert "rules list adl" in str(caught.value)


def test_unknown_registry_is_an_error_too() -> None:
    with pytest.raises(UnknownKind, match="registry"):
        registry.pick("adls", "x")


def test_name_is_not_taken_twice() -> None:
    registry.register("adl", "mine-v1", len)
    registry.register("adl", "mine-v1", len)
    with pytest.raises(PluginError, match="taken"):
        registry.register("adl", "mine-v1", max)


def test_plug_in_that_cannot_be_loaded_says_which() -> None:
    registry.register("adl", "gone-v1", "no_such_package:thing")
    with pytest.raises(PluginError, match="gone-v1"):
        registry.pick("adl", "gone-v1")


def test_entry_points_of_other_packages_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name = "theirs-v1"

        def load(self) -> object:
            return min

    monkeypatch.setattr(
        "importlib.metadata.entry_points",
        lambda group: [Point()] if group == "unhedged.adl" else [],
    )
    assert registry.pick("adl", "theirs-v1") is min
    assert registry.is_known("adl", "theirs-v1")
    assert not registry.is_known("agents", "theirs-v1")
