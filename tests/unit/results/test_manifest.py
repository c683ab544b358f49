"""The manifest: what of the source counts as the source of a result."""

from pathlib import Path

from unhedged.results.manifest import digest_of


def test_a_word_on_a_page_is_no_reason_to_run_again(tmp_path: Path) -> None:
    for room in ("kernels", "report", "cli"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "a.py").write_text("1")
    first = digest_of(tmp_path)
    (tmp_path / "report" / "a.py").write_text("2")
    (tmp_path / "cli" / "b.py").write_text("2")
    assert digest_of(tmp_path) == first
    (tmp_path / "kernels" / "a.py").write_text("2")
    assert digest_of(tmp_path) != first
