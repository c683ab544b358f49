"""What a user may say about people whose wish for leverage wanders: how much of it, how long it lasts, how fast they trade.

As in `agents`: a default marked *prior* has no published source, and a number that may be a law is drawn once per agent.
"""

from typing import ClassVar, Literal

from unhedged.agents import rows
from unhedged.scenario.agent_keys import (
    Acting,
    InstrumentRef,
    PositiveMoney,
    PositiveRate,
    PositiveTime,
    key,
)


class Speculator(Acting):
    """Wants more leverage some weeks than others: a pool of people whose position wanders about its usual size.

    Source of the form: Schmeling, Schrimpf, Todorov, Crypto carry, BIS Working Paper 1087 (2023).
    """

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["speculator"]

    kind: Literal["speculator"]
    instrument: InstrumentRef
    capital: PositiveMoney = key("$1bn", "margin of a pool; prior")
    swing: PositiveRate = key(
        "3%", "standard deviation of what the block wishes, of one-sided open interest; prior 1–10%"
    )
    memory: PositiveTime = key("3d", "time constant of the wish; prior 6 h to 10 days")
    pace: PositiveTime = key("2h", "time constant of trading towards it; prior")
    period: PositiveTime = key("10s", "between its turns; prior")
    slice: PositiveMoney = key("$500k", "largest order; prior")
    slippage: PositiveRate = key("20bps", "beyond the touch an order may pay; prior")
