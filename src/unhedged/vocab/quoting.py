"""Names and text as TOML holds them, whatever characters they are made of."""

import json
import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(key: str) -> str:
    """Return ``key`` as a TOML key, in quotes where it needs them."""
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_text(value: str) -> str:
    """Return ``value`` as a TOML string.

    Raises
    ------
    UnicodeEncodeError
        A lone surrogate, which no UTF-8 file can hold.
    """
    value.encode()
    # JSON escapes all that TOML asks for but the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
