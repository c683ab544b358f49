"""A damaged, partial or hostile answer: a clear error, exit code 2, nothing written."""

import copy
import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import answers

from unhedged.venues.importing import answer, importer
from unhedged.venues.importing.importer import import_rules
from unhedged.vocab.errors import InconsistentRules, ScenarioError


def refused(folder: Path, file: Path, venue: str = "binance", **options: Any) -> ScenarioError:
    before = sorted(folder.iterdir())
    with pytest.raises(ScenarioError) as caught:
        import_rules(venue, file, out=folder / "out.toml", **options)
    assert sorted(folder.iterdir()) == before, "something was written"
    error = caught.value
    assert error.exit_code == 2
    text = str(error)
    assert len(text.splitlines()) <= 6
    assert all(line.isprintable() for line in text.splitlines())
    assert all(len(line) < 400 for line in text.splitlines())
    return error


def wrong(folder: Path, change: Callable[[list[dict[str, Any]]], Any]) -> ScenarioError:
    # The three brackets of one symbol, changed.
    data = answers.binance_raw("AAAUSDT")
    change(data[0]["brackets"])
    return refused(folder, answers.save(folder, data))


def put(n: int, key: str, value: Any) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda rows: rows[n].__setitem__(key, value)


# ------------------------------------------------------------------------------------------------ files


def test_missing_file(tmp_path: Path) -> None:
    assert "There is no file" in refused(tmp_path, tmp_path / "none.json").what


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "answer.json").mkdir()
    assert refused(tmp_path, tmp_path / "answer.json").what == "It is a folder."


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path, tmp_path / "pipe").what == "It is not a plain file."


def test_name_with_a_null_character(tmp_path: Path) -> None:
    refused(tmp_path, Path("a\0b.json"))


def test_200_megabytes_are_refused_by_size(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    with file.open("wb") as handle:
        handle.truncate(200 * 2**20)  # sparse: takes no room
    error = refused(tmp_path, file)
    assert error.what == "The file has 200 MB."
    assert error.allowed == "An answer about tiers has at most 32 MB."


def test_gzip_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answer.json.gz"
    file.write_bytes(gzip.compress(bytes(answer.LARGEST_FILE + 1), 1))
    assert "MB" in refused(tmp_path, file).what


@pytest.mark.parametrize("keep", [3, 12, 40, -4])
def test_gzip_cut_short(tmp_path: Path, keep: int) -> None:
    whole = gzip.compress(json.dumps(answers.binance_raw()).encode())
    file = tmp_path / "answer.json.gz"
    file.write_bytes(whole[:keep])
    assert refused(tmp_path, file).what == "The gzip file is cut short."


@pytest.mark.parametrize("content", [b"", b" \n\t"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(content)
    assert refused(tmp_path, file).what == "The file is empty."


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\xff\xd8", b"[\xc3\x28]", bytes(range(128, 256))]
)
def test_binary_file_names_the_byte(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(content)
    assert "not UTF-8 text: byte" in refused(tmp_path, file).what


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark(tmp_path: Path, coding: str) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answers.binance_raw()), coding)
    assert "byte order mark" in refused(tmp_path, file).what


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting(tmp_path: Path, opening: str) -> None:
    error = refused(tmp_path, answers.save(tmp_path, opening * 200_000))
    assert error.what == "Lists and objects are nested too deeply."


@pytest.mark.parametrize("form", list(answers.ANSWERS))
def test_truncated_at_every_place(tmp_path: Path, form: str) -> None:
    data, also = answers.ANSWERS[form]
    text = json.dumps(data)
    instruments = answers.save(tmp_path, also, "also.json") if also is not None else None
    for length in range(1, len(text) - 1, 7):
        file = answers.save(tmp_path, text[:length])
        error = refused(tmp_path, file, form.split(maxsplit=1)[0], instruments=instruments)
        assert error.line == 1


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "[-Infinity]", "[1e9999]", f"[{'9' * 5000}]"]
)
def test_numbers_that_are_none(tmp_path: Path, text: str) -> None:
    assert "is not a number" in refused(tmp_path, answers.save(tmp_path, text)).what


def test_key_twice_in_one_object(tmp_path: Path) -> None:
    text = json.dumps(answers.binance_ccxt("AAA/USDT:USDT"))
    error = refused(tmp_path, answers.save(tmp_path, f"{text[:-1]}, {text[1:]}"))
    assert error.what == "'AAA/USDT:USDT' stands twice in one object."


# ------------------------------------------------------------------------------------------------ shape


@pytest.mark.parametrize("venue", list(importer.VENUES))
@pytest.mark.parametrize(
    "text", ["null", "true", "1", '"x"', "[]", "{}", "[[]]", '{"a": {}}', "[null]"]
)
def test_wrong_top_type(tmp_path: Path, venue: str, text: str) -> None:
    also = answers.save(tmp_path, answers.okx_instruments(), "also.json")
    file = answers.save(tmp_path, text)
    refused(tmp_path, file, venue, instruments=also if venue == "okx" else None)


def test_error_of_the_venue_is_shown(tmp_path: Path) -> None:
    file = answers.save(tmp_path, {"code": -2014, "msg": "API-key format invalid."})
    assert refused(tmp_path, file).what == (
        "The venue answered with an error: 'API-key format invalid.'."
    )
    file = answers.save(tmp_path, {"code": "50011", "msg": "Rate limit reached", "data": []})
    also = answers.save(tmp_path, answers.okx_instruments(), "also.json")
    assert "Rate limit" in refused(tmp_path, file, "okx", instruments=also).what
    file = answers.save(tmp_path, {"retCode": 10001, "retMsg": "params error", "result": {}})
    assert "params error" in refused(tmp_path, file, "bybit").what


def test_one_venues_answer_given_as_anothers(tmp_path: Path) -> None:
    for form, (data, also) in answers.ANSWERS.items():
        for venue in set(importer.VENUES) - {form.split()[0]}:
            file = answers.save(tmp_path, data)
            answers.save(
                tmp_path, also if also is not None else answers.okx_instruments(), "also.json"
            )
            refused(tmp_path, file, venue, instruments=tmp_path / "also.json")


def test_missing_column_says_where_and_what_is_there(tmp_path: Path) -> None:
    error = wrong(tmp_path, lambda rows: rows[1].pop("cum"))
    assert error.where == "AAAUSDT › brackets[1]"
    assert error.what == "cum is missing."
    assert error.allowed.startswith("There is: bracket, initialLeverage")


def test_coin_margined_brackets_lack_a_notional(tmp_path: Path) -> None:
    def to_coins(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["qtyFloor"], row["qtyCap"] = row.pop("notionalFloor"), row.pop("notionalCap")

    assert wrong(tmp_path, to_coins).what == "notionalFloor is missing."


# ------------------------------------------------------------------------------------------------ schedules


def test_brackets_out_of_order(tmp_path: Path) -> None:
    error = wrong(tmp_path, lambda rows: rows.reverse())
    assert isinstance(error, InconsistentRules)


def test_gap_and_overlap(tmp_path: Path) -> None:
    gap = wrong(tmp_path, put(1, "notionalFloor", 30_000))
    assert gap.what == "Brackets leave a gap: one ends at 20000, the next begins at 30000."
    assert gap.where == "AAAUSDT › brackets[1] › notionalFloor"
    overlap = wrong(tmp_path, put(1, "notionalFloor", 10_000))
    assert overlap.what == "Brackets overlap: one ends at 20000, the next begins at 10000."


def test_first_bracket_must_begin_at_zero(tmp_path: Path) -> None:
    assert wrong(tmp_path, lambda rows: rows.pop(0)).what == (
        "The first tier begins at 20000; expected 0."
    )


def test_maintenance_above_initial_and_equal_to_it(tmp_path: Path) -> None:
    error = wrong(tmp_path, put(0, "maintMarginRatio", 0.0134))
    assert error.what == (
        "maintenance (1.34%) is above initial (1.33%): "
        "an account could be liquidated the moment it opens."
    )
    data = answers.binance_raw("AAAUSDT")
    data[0]["brackets"] = data[0]["brackets"][:1]
    data[0]["brackets"][0] |= {"maintMarginRatio": 0.02, "initialLeverage": 50}
    import_rules("binance", answers.save(tmp_path, data), out=tmp_path / "out.toml")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("notionalFloor", -1),
        ("notionalCap", -5),
        ("notionalCap", 10**30),
        ("maintMarginRatio", -0.01),
        ("maintMarginRatio", 0),
        ("maintMarginRatio", 1.5),
        ("maintMarginRatio", "1e-400"),
        ("maintMarginRatio", 0.00000000001),
        ("initialLeverage", 0),
        ("initialLeverage", -5),
        ("initialLeverage", 10**9),
        ("initialLeverage", "1e999"),
        ("cum", -1),
        ("cum", "1e999"),
        ("cum", True),
        ("cum", None),
        ("cum", "NaN"),
        ("cum", "Infinity"),
        ("cum", "١٢"),
        ("cum", "1_000"),
        ("cum", ""),
        ("cum", [1]),
    ],
)
@pytest.mark.parametrize("n", [0, 1, 2])
def test_number_out_of_range(tmp_path: Path, n: int, key: str, value: Any) -> None:
    error = wrong(tmp_path, put(n, key, value))
    assert "AAAUSDT › brackets[" in error.where


@pytest.mark.parametrize("cap", [9_223_372_036_854_775_807, 9_223_372_036_854_776_000])
def test_largest_integer_stands_for_no_end_also_after_a_program_with_doubles(
    tmp_path: Path, cap: int
) -> None:
    data = answers.binance_raw("AAAUSDT")
    data[0]["brackets"][-1]["notionalCap"] = cap
    import_rules("binance", answers.save(tmp_path, data), out=tmp_path / "out.toml")
    assert "largest" not in (tmp_path / "out.toml").read_text("utf-8")


def test_a_value_that_is_null_is_not_said_to_be_missing(tmp_path: Path) -> None:
    assert wrong(tmp_path, put(0, "maintMarginRatio", None)).what == "maintMarginRatio is null."


def test_rate_that_falls_and_leverage_that_rises(tmp_path: Path) -> None:
    assert "The maintenance rate falls from 1.5% to 1%" in (
        wrong(tmp_path, put(2, "maintMarginRatio", 0.01)).what
    )
    assert (
        "Leverage rises from 75 to 80"
        in wrong(
            tmp_path,
            lambda rows: rows[1].update(initialLeverage=80, maintMarginRatio=0.0101, cum=2),
        ).what
    )


def test_deduction_that_breaks_continuity_says_the_right_one(tmp_path: Path) -> None:
    error = wrong(tmp_path, put(2, "cum", 1_099.99))
    assert error.what == "The deduction is 1099.99; 1100 keeps maintenance continuous at 200000."
    assert error.where == "AAAUSDT › brackets[2] › cum"


def test_ccxt_columns_that_disagree_with_the_venues(tmp_path: Path) -> None:
    data = answers.binance_ccxt("AAA/USDT:USDT")
    data["AAA/USDT:USDT"][1]["maxLeverage"] = 51.0
    error = refused(tmp_path, answers.save(tmp_path, data))
    assert error.what == "maxLeverage is 51.0 and info › initialLeverage is 50."


def test_symbol_twice(tmp_path: Path) -> None:
    file = answers.save(tmp_path, answers.binance_raw("AAAUSDT", "AAAUSDT"))
    assert refused(tmp_path, file).what == "AAAUSDT stands twice in the answer."


def test_hyperliquid_table_that_is_not_there_or_disagrees(tmp_path: Path) -> None:
    data = answers.hyperliquid_meta()
    data["universe"][0]["marginTableId"] = 99
    error = refused(tmp_path, answers.save(tmp_path, data), "hyperliquid")
    assert error.what == "There is no margin table 99."
    data["universe"][0]["marginTableId"] = 50
    error = refused(tmp_path, answers.save(tmp_path, data), "hyperliquid")
    assert error.what == "maxLeverage is 25; its margin table begins with 50."


# ------------------------------------------------------------------------------------------------ names


HOSTILE = [
    "",
    " ",
    "A\nB",
    "A\x00",
    "\x1b[31mred",
    "A\u202eB",
    "\ud800",
    "A" * 65,
    " AAAUSDT",
    "AAA\x7f",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_name_that_cannot_be_shown(tmp_path: Path, name: str) -> None:
    for venue, data in (
        ("binance", answers.binance_raw(name)),
        ("binance", answers.binance_ccxt(f"{name}/USDT:USDT")),
        ("bybit", answers.bybit_limits(name)),
        ("hyperliquid", answers.hyperliquid_meta()),
    ):
        if venue == "hyperliquid":
            data["universe"][0]["name"] = name
        file = tmp_path / "answer.json"
        file.write_text(json.dumps(data), "utf-8")
        refused(tmp_path, file, venue)


# ------------------------------------------------------------------------------------------------ anything


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else ())
    )
    for key, value in items:
        yield from places(value, (*path, key))


PLACES = {form: list(places(data)) for form, (data, _) in answers.ANSWERS.items()}
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=70),
    st.sampled_from(["1e999", "-0", "0.0", "", [], {}, [[]], {"a": 1}, 2**63, 1e308, "9" * 60]),
)


@settings(max_examples=400)
@given(st.data())
def test_any_value_anywhere_is_imported_or_refused_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    form = data.draw(st.sampled_from(sorted(PLACES)))
    original, also = answers.ANSWERS[form]
    path = data.draw(st.sampled_from(PLACES[form]))
    changed = copy.deepcopy([original])
    inner = changed
    for key in (0, *path)[:-1]:
        inner = inner[key]
    last = (0, *path)[-1]
    if path and isinstance(inner, dict) and data.draw(st.booleans()):
        del inner[last]
    else:
        inner[last] = data.draw(JUNK)
    file = folder / "answer.json"
    file.write_text(json.dumps(changed[0]), "utf-8")
    instruments = answers.save(folder, also, "also.json") if also is not None else None
    out = folder / "out.toml"
    text = refusal(form.split()[0], file, out=out, instruments=instruments)
    assert out.exists() == (not text)
    assert all(line.isprintable() for line in text.splitlines())


def refusal(venue: str, file: Path, **options: Any) -> str:
    try:
        import_rules(venue, file, **options)
    except ScenarioError as error:
        return str(error)
    return ""
