"""Who acts: one behaviour a file, pure over what the agent sees and remembers.

A behaviour is ``behave(observation, me, out) -> number of messages``, three addresses in and a count out, marked with
``unhedged.kernels.compiled.agent``. It reads its `OBSERVATION`, its `AGENT` row and its group's `PARAMETER` row, and writes
`MESSAGE` rows at ``out``, at most 64 a turn. It knows no venue and no other agent.
"""

REGISTRY = {
    "background": "unhedged.agents.background:behave",
    "market_maker": "unhedged.agents.market_maker:behave",
    "basis_desk": "unhedged.agents.basis_desk:behave",
    "cross_venue": "unhedged.agents.cross_venue:behave",
    "dip_buyer": "unhedged.agents.dip_buyer:behave",
    "momentum": "unhedged.agents.momentum:behave",
    "panic": "unhedged.agents.panic:behave",
    "speculator": "unhedged.agents.speculator:behave",
}
"""Built-in behaviours by kind of agent. A ``leveraged`` account only waits and has none."""
