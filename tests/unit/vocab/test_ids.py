"""Ids: stable keys, and the numbers random streams start from."""

from unhedged.vocab import ids


def test_keys_are_made_of_names_not_positions() -> None:
    assert ids.account_key(ids.agent_key("maker", 3), "binance") == "maker.3@binance"
    assert ids.instrument_id("binance", "BTC-PERP") == "binance/BTC-PERP"
    assert ids.split_instrument("binance/BTC-PERP") == ("binance", "BTC-PERP")
    assert ids.split_instrument("BTC-PERP") == ("", "BTC-PERP")


def test_key_hash_is_the_head_of_sha256_and_never_changes() -> None:
    # printf maker.3 | sha256sum
    assert ids.key_hash("maker.3") == int(
        __import__("hashlib").sha256(b"maker.3").hexdigest()[:16], 16
    )
    assert ids.key_hash("") == 0xE3B0C44298FC1C14


def test_names_hold_letters_digits_dashes_and_underscores() -> None:
    assert ids.is_name("BTC-PERP")
    assert not ids.is_name("")
    assert not ids.is_name("a.b")
    assert not ids.is_name("a/b")
    assert not ids.is_name("-a")
