"""Turns of plain-Python agents and decisions of plain-Python ADL policies."""

from typing import Any, Protocol

import numpy as np

from unhedged.adl.contract import serve
from unhedged.engine.build import Built
from unhedged.kernels import loop
from unhedged.vocab.errors import PluginError

Array = np.ndarray[Any, Any]


class PythonAgent(Protocol):
    """What a plain-Python behaviour is called with."""

    def __call__(self, observation: Any, me: Any, out: Array) -> int:
        """Read ``observation`` and ``me``, write messages to ``out``, return how many."""


def python_turn(built: Built) -> None:
    """Serve the plain-Python agent the loop waits for."""
    memory = built.memory
    who = int(memory.world["waiting"])
    behaviour = built.python_agents[who]
    try:
        count = behaviour(memory["observation"][0], memory["agent"][who], memory["out"])
    except (Exception, SystemExit) as error:
        raise PluginError.raised(error, entry_point=built.names.agents[who][0]) from error
    if not 0 <= int(count) <= len(memory["out"]):
        raise PluginError(
            f"Agent {built.names.agents[who][0]} returned {count!r} messages; 0 to {len(memory['out'])} fit.",
            entry_point=built.names.agents[who][0],
        )
    loop.resume_agent(memory.address, int(count))


def allocate(built: Built) -> None:
    """Let the venue's plain-Python ADL policy decide the case the loop waits for."""
    venue = int(built.memory["case"][int(built.memory.world["waiting"])]["venue"])
    name, policy = built.policies[venue]
    serve(built.memory, policy, name=name)
