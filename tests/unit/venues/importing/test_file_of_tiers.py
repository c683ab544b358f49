"""What an import writes reads back the same, whatever symbols are called, and is whole or absent."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import answers

from unhedged.venues import rulebook
from unhedged.venues.importing import reading, writing
from unhedged.venues.importing.importer import import_rules
from unhedged.venues.importing.parts import LONGEST_NAME
from unhedged.venues.importing.reading import Origin
from unhedged.venues.importing.schedule import Schedule, Tier, deductions, initial_ppb
from unhedged.vocab.errors import ScenarioError, UnknownKind

ORIGIN = Origin(source='a "file" of \\ and \x7f', read="2025-10-07", confidence="mirrored")
NAMES = (
    st.text(min_size=1, max_size=LONGEST_NAME)
    .filter(str.isprintable)
    .filter(lambda s: s == s.strip())
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    count = draw(st.integers(1, 6))
    unique = st.lists(st.integers(1, 10**14), min_size=count - 1, max_size=count - 1, unique=True)
    floors = [Decimal(0), *(Decimal(n) / 1000 for n in sorted(draw(unique)))]
    leverages = sorted(
        draw(st.lists(st.integers(1, 200), min_size=count, max_size=count)), reverse=True
    )
    rates = [draw(st.integers(1, 100)) * initial_ppb(Decimal(n)) // 100 or 1 for n in leverages]
    rates = [max(rates[: n + 1]) for n in range(count)]
    rates = [min(rate, initial_ppb(Decimal(n))) for rate, n in zip(rates, leverages, strict=True)]
    whole = draw(st.booleans())
    amounts = [Decimal(0)] * count if whole else deductions(floors, rates)
    sized = draw(st.booleans())
    own = draw(st.booleans())  # initial rates of their own
    return Schedule(
        name=draw(NAMES),
        tiers=tuple(
            Tier(
                floor=floor,
                mm_ppb=rate,
                leverage=Decimal(leverage),
                im_ppb=min(10**9, initial_ppb(Decimal(leverage)) + own),
                deduct=amount,
            )
            for floor, rate, leverage, amount in zip(floors, rates, leverages, amounts, strict=True)
        ),
        largest=draw(st.none() | st.just(floors[-1] + 1)) if floors[-1] < 10**11 else None,
        in_coins=draw(st.booleans()),
        whole=whole,
        tick_size=Decimal("0.1") if sized else None,
        lot_size=Decimal("0.00001") if sized else None,
    )


@given(st.lists(schedules(), min_size=1, max_size=4, unique_by=lambda s: s.name))
def test_file_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[Schedule]
) -> None:
    path = tmp_path_factory.mktemp("file") / "out.toml"
    writing.write(path, writing.to_toml(wanted, ORIGIN), force=False)
    data = reading.load(path)
    assert list(data["tiers"]) == [schedule.name for schedule in wanted]
    for schedule in wanted:
        table = reading.table(data, schedule.name, path)
        assert table.schedule == schedule
        assert table.origin == ORIGIN


QUOTED = [
    '"',
    "'",
    '"]\n',
    "a.b",
    "[tiers.x]",
    "# no comment",
    "a = 1",
    "\\",
    "]]",
    "ключ",
    "币安人生USDT",
    '"""',
    "a#b",
]


@pytest.mark.parametrize("name", [name for name in QUOTED if name.isprintable()])
def test_name_of_any_printable_characters_stays_one_key(tmp_path: Path, name: str) -> None:
    data = answers.hyperliquid_meta()
    data["universe"][0]["name"] = name
    done = import_rules("hyperliquid", answers.save(tmp_path, data), out=tmp_path / "out.toml")
    written = tomllib.loads(done.path.read_text("utf-8"))
    assert list(written["tiers"]) == [name, "kBBB"]
    assert set(written) == {"kind", "tiers", "instruments"}


def test_source_file_of_any_name_is_written_as_text(tmp_path: Path) -> None:
    file = answers.save(tmp_path, answers.binance_raw(), 'a "b" \\ ].json')
    done = import_rules("binance", file, out=tmp_path / "out.toml")
    source = tomllib.loads(done.path.read_text("utf-8"))["tiers"]["AAAUSDT"]["source"]
    assert 'a "b" \\ ].json' in source


def test_table_has_the_form_of_a_rulebooks(tmp_path: Path) -> None:
    done = import_rules(
        "binance", answers.save(tmp_path, answers.binance_raw()), out=tmp_path / "o.toml"
    )
    written = tomllib.loads(done.path.read_text("utf-8"))
    book = rulebook.parse({"id": "x", "title": "x", "tiers": written["tiers"]})
    assert book.tiers["AAAUSDT"].brackets[2].deduct == 1_100
    assert book.tiers["AAAUSDT"].confidence == "mirrored"


# ------------------------------------------------------------------------------------------------ whole or absent


def test_file_that_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    file = answers.save(tmp_path, answers.binance_raw())
    out = tmp_path / "out.toml"
    out.write_text("mine", "utf-8")
    with pytest.raises(ScenarioError, match=r"exists\. Nothing was written"):
        import_rules("binance", file, out=out)
    assert out.read_text("utf-8") == "mine"
    import_rules("binance", file, out=out, force=True)
    assert "AAAUSDT" in out.read_text("utf-8")


def test_forced_import_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "out.toml"
    out.write_text("mine", "utf-8")
    with pytest.raises(ScenarioError):
        import_rules("binance", answers.save(tmp_path, "[{}]"), out=out, force=True)
    assert out.read_text("utf-8") == "mine"


def test_write_that_breaks_off_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    file = answers.save(tmp_path, answers.binance_raw())
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ScenarioError, match=r"No space left on device\. Nothing was written"):
        import_rules("binance", file, out=tmp_path / "out.toml")
    assert [p.name for p in tmp_path.iterdir()] == ["answer.json"]


def test_folder_missing_folder_and_the_source_itself_are_no_targets(tmp_path: Path) -> None:
    file = answers.save(tmp_path, answers.binance_raw())
    (tmp_path / "dir.toml").mkdir()
    with pytest.raises(ScenarioError, match="is a folder"):
        import_rules("binance", file, out=tmp_path / "dir.toml", force=True)
    with pytest.raises(ScenarioError, match="cannot be written"):
        import_rules("binance", file, out=tmp_path / "none" / "out.toml")
    own = answers.save(tmp_path, answers.binance_raw(), "own.toml")
    with pytest.raises(ScenarioError, match="is the file to be read"):
        import_rules("binance", own, out=own, force=True)


def test_target_gets_its_suffix(tmp_path: Path) -> None:
    file = answers.save(tmp_path, answers.binance_raw())
    assert import_rules("binance", file, out=tmp_path / "my.v1").path.name == "my.v1.toml"


# ------------------------------------------------------------------------------------------------ damaged afterwards


def imported(folder: Path, *changes: tuple[str, str]) -> Path:
    done = import_rules("okx", answers.save(folder, answers.okx_tiers()), out=folder / "o.toml",
                        instruments=answers.save(folder, answers.okx_instruments(), "i.json"), force=True)  # fmt: skip
    text = done.path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    done.path.write_text(text, "utf-8")
    return done.path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "venue tiers"', 'kind = "x"'),
        ("[300, ", "[nan, "),
        ("[300, ", "[-300, "),
        ("[300, ", "[700, "),
        ("[300, ", "[true, "),
        ("[300, ", f"[{'9' * 400}, "),
        ('"0.5%"', '"0.5"'),
        ('"0.5%"', "0.5"),
        ('"50bps"', '"90%"'),
        ("125, 0]", "125]"),
        ("125, 0]", "inf, 0]"),
        ('floors     = "coins"', 'floors = "cubits"'),
        ('tick_size = "0.01"', 'tick_size = "0"'),
        ('tick_size = "0.01"', 'tick_size = "1e400"'),
        ("source     = ", "soruce = "),
        ("initial    = [", 'initial = ["1%", '),
        ("[tiers.AAA-USDT-SWAP]", "[tiers.AAA-USDT-SWAP"),
    ],
)
def test_file_changed_by_hand_is_checked_like_an_import(tmp_path: Path, old: str, new: str) -> None:
    if old not in imported(tmp_path).read_text("utf-8"):
        old = {'"0.5%"': '"50bps"', '"50bps"': '"50bps"'}[old]
    path = imported(tmp_path, (old, new))
    with pytest.raises(ScenarioError) as caught:
        reading.table(reading.load(path), "AAA-USDT-SWAP", path)
    assert str(path) in str(caught.value)
    assert all(len(line) < 400 for line in str(caught.value).splitlines())


def test_table_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    path = imported(tmp_path)
    with pytest.raises(UnknownKind) as caught:
        reading.table(reading.load(path), "AAA-USDT", path)
    assert caught.value.available == ("AAA-USDT-SWAP",)
