"""The position finder: the line of the key that wrote a value."""

import pytest

from unhedged.scenario.locate import locate

TEXT = '''\
name = "x"  # [not.a.header]
run.seed = 3

[[venue]]
id = "a"
[venue.fund]
start = "$1"

[[venue]]
id = "b"
tiers = [
  { above = "$0" },
  [1],
[2],
]
"quoted key" = 5
text = """
[venue.fund]
start = 9
"""
[venue.fund]
start = "$2"
[venue.deep.er]
key = 1
[[venue.list]]
x = 1
[[venue.list]]
x = 2
'''


@pytest.mark.parametrize(
    ("path", "spot"),
    [
        (("name",), (1, 8)),
        (("run", "seed"), (2, 12)),
        (("venue", 0, "fund", "start"), (7, 9)),
        (("venue", 1, "fund", "start"), (22, 9)),
        (("venue", 1, "quoted key"), (16, 16)),
        (("venue", 1, "tiers", 1), (11, None)),
        (("venue", 1, "tiers", 0, "above"), (11, None)),
        (("venue", 1, "deep", "er", "key"), (24, 7)),
        (("venue", 1, "list", 1, "x"), (28, 5)),
        (("venue", 0), (4, 1)),
        (("venue", 1, "gateway", "rate"), (9, None)),
        (("nothing",), None),
    ],
)
def test_line_and_column_of_a_value(path, spot) -> None:
    assert locate(TEXT, path) == spot
