"""Agents for comparing loops: they do everything a message can ask for, at random, from their own counter-based stream.

Each is one function, compiled for the kernels and unfolded for the plain loop.
"""

from typing import Any

from unhedged.agents.orders import (
    NO_TAG,
    SIZE,
    blank,
    cancel,
    cancel_all,
    limit,
    lots,
    middle,
    transfer,
)
from unhedged.kernels.compiled import agent
from unhedged.kernels.floatmath import exp_
from unhedged.kernels.rng import normals, uniforms
from unhedged.kernels.tables import as_agent, as_message, as_observation, as_parameter
from unhedged.vocab.enums import Command, FillCause, Side, TimeInForce, TriggerSource

USD, SPREAD, TAGS = 0, 1, 2
"""Cells of the parameters: median order in dollars, reach in sd of the price, tags per leg."""


@agent
def anything(observation: int, me: int, out: int) -> int:
    """Write one to six messages of any kind around the touch this agent sees."""
    seen: Any = as_observation(observation)
    own: Any = as_agent(me)
    row: Any = as_parameter(own.parameters)
    count, _, _, pause = uniforms(own)
    own.period = 50_000_000 + int(pause * 400_000_000)
    n = 0
    for _ in range(1 + int(6 * count)):
        what, where, which, how = uniforms(own)
        size, away = normals(own)
        leg = int(where * own.legs)
        side = Side.BUY if int(which * 1024.0) % 2 == 0 else Side.SELL
        sign = -1.0 if side == Side.BUY else 1.0
        px = middle(seen, leg)
        qty = lots(seen, leg, row.of[USD] * exp_(size), px)
        tags = int(row.of[TAGS])
        tag = leg * tags + int(how * tags)
        at = int(px * (1.0 + sign * row.of[SPREAD] * away))
        force = int(how * 64.0) % 4
        if what < 0.55:
            if force == TimeInForce.POST_ONLY:
                at = int(px * (1.0 + sign * row.of[SPREAD] * abs(away)))
            reduce = 1 if int(how * 256.0) % 8 == 0 else 0
            before = n
            n = limit(out, n, leg, side, at, qty, tag, force)
            if n > before:
                as_message(out + before * SIZE).reduce_only = reduce
                if int(how * 4096.0) % 61 == 0:
                    as_message(out + before * SIZE).side = 100  # a code that does not exist
        elif what < 0.65:
            n = limit(out, n, leg, side, at, qty, NO_TAG, TimeInForce.IOC)
        elif what < 0.75:
            n = cancel(out, n, leg, side, tag)
        elif what < 0.76:
            n = cancel_all(out, n, leg)
        elif what < 0.84:
            m: Any = as_message(blank(out, n, Command.MODIFY, leg, side))
            m.px, m.qty, m.tag = at, max(1, qty), tag
            n += 1
        elif what < 0.90:
            m = as_message(blank(out, n, Command.MARKET, leg, side))
            m.qty, m.reduce_only = qty, int(how * 256.0) % 2
            n += 1
        elif what < 0.97:
            m = as_message(blank(out, n, Command.STOP, leg, side))
            m.px = int(1000.0 * px * (1.0 + sign * row.of[SPREAD] * (away + 0.5)))
            m.qty, m.tag = qty, tag
            m.reduce_only = int(how * 256.0) % 2
            m.trigger = TriggerSource.LAST if int(how * 512.0) % 2 == 0 else TriggerSource.MARK
            m.cause = FillCause.CHOICE
            n += 1
        else:
            amount = int(abs(seen.equity[leg]) * 0.2 * how)
            n = transfer(out, n, leg, (leg + 1) % own.legs, amount)
    return n
