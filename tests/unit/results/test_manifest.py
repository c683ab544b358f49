"""The manifest: what of the source counts as the source of a result."""

from pathlib import Path

import pytest

from unhedged.results import manifest


def test_a_word_on_a_page_is_no_reason_to_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest.resources, "files", lambda name: tmp_path)
    for room in ("kernels", "report", "cli"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "a.py").write_text("1")
    first = manifest.source_hash()
    (tmp_path / "report" / "a.py").write_text("2")
    (tmp_path / "cli" / "b.py").write_text("2")
    assert manifest.source_hash() == first
    (tmp_path / "kernels" / "a.py").write_text("2")
    assert manifest.source_hash() != first
