"""Other code under the same name is told from the same code."""

import importlib
import sys
import types
from pathlib import Path

import pytest

from unhedged.vocab.code import code_digest

BODY = "SHARE = 2\ndef helper(x):\n    return x // SHARE\ndef policy(winners, lots):\n    return helper(lots)\n"


def in_notebook(text: str):
    names = types.ModuleType("cells").__dict__
    names["__name__"] = "__main__"
    exec(text, names)
    return names["policy"]


def test_same_code_has_the_same_digest() -> None:
    assert code_digest(in_notebook(BODY)) == code_digest(in_notebook(BODY))


@pytest.mark.parametrize(
    "edit",
    [("return helper(lots)", "return helper(lots) + 1"), ("x // SHARE", "x // SHARE + 1"), ("SHARE = 2", "SHARE = 3"), ("winners, lots", "winners, lots=5")],
)  # fmt: skip
def test_an_edit_of_it_or_of_what_it_reaches_changes_the_digest(edit) -> None:
    assert code_digest(in_notebook(BODY)) != code_digest(in_notebook(BODY.replace(*edit)))


def test_what_a_script_does_besides_does_not_matter() -> None:
    assert code_digest(in_notebook(BODY)) == code_digest(in_notebook(BODY + "unused = 5\n"))


def test_code_executed_without_a_module_counts() -> None:
    found = set()
    for text in (BODY, BODY, BODY.replace("x // SHARE", "x * SHARE")):
        names = {}
        exec(text, names)
        found.add(code_digest(names["policy"]))
    assert len(found) == 2


def test_a_closure_counts() -> None:
    def made(share):
        return lambda winners, lots: lots // share

    assert code_digest(made(2)) == code_digest(made(2))
    assert code_digest(made(2)) != code_digest(made(3))


def test_a_module_file_counts_whole(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    found = set()
    for text in (BODY, BODY, BODY + "unused = 5\n"):
        (tmp_path / "own_policy.py").write_text(text)
        sys.modules.pop("own_policy", None)
        importlib.invalidate_caches()
        found.add(code_digest(importlib.import_module("own_policy").policy))
    sys.modules.pop("own_policy")
    assert len(found) == 2


def test_objects_and_methods_count_by_class_and_state() -> None:
    class Policy:
        def __init__(self, share):
            self.share = share

        def __call__(self, winners, lots):
            return lots // self.share

    assert code_digest(Policy(2)) == code_digest(Policy(2))
    assert code_digest(Policy(2)) != code_digest(Policy(3))
