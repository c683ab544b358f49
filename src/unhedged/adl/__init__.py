"""Who pays when the fund is empty: policies that say how many lots each winner closes.

Two kinds. A *score* ranks winners and the compiled loop closes from the top: ``f(winner) -> float``, marked with
``unhedged.kernels.compiled.score``. An *allocation* is a plain function of the whole list, ``f(winners, lots) -> lots per
winner``; the loop comes back to Python for it. ``contract.check_allocation`` says what either must satisfy, and
``contract.allocation_of`` turns any of them into an allocation, for replays and comparisons outside the loop.
"""

DEFAULT = "binance-v1"
"""Policy of a venue that names none."""

REGISTRY = {
    "binance-v1": "unhedged.adl.scores:binance",
    "profit-leverage-v1": "unhedged.adl.scores:binance",
    "bitmex-v1": "unhedged.adl.scores:bitmex",
    "hyperliquid-observed-v1": "unhedged.adl.scores:hyperliquid_observed",
    "hyperliquid-documented-v1": "unhedged.adl.scores:hyperliquid_documented",
    "hyperliquid-documented-literal-v1": "unhedged.adl.scores:hyperliquid_documented_literal",
    "okx-v1": "unhedged.adl.scores:okx",
    "random-start-v1": "unhedged.adl.random_start:RANDOM_START",
    "largest-first-v1": "unhedged.adl.queue:largest_first",
    "contract-pro-rata-v1": "unhedged.adl.pro_rata:contract_pro_rata",
    "profit-pro-rata-v1": "unhedged.adl.pro_rata:profit_pro_rata",
    "equity-pro-rata-v1": "unhedged.adl.pro_rata:equity_pro_rata",
    "leverage-pro-rata-v1": "unhedged.adl.pro_rata:leverage_pro_rata",
    "capped-pro-rata-v1": "unhedged.adl.capped:capped_pro_rata",
    "risk-aware-v1": "unhedged.adl.capped:risk_aware_pro_rata",
    "global-haircut-v1": "unhedged.adl.global_haircut:global_haircut",
    "exponential-back-off-v1": "unhedged.adl.severity:exponential_back_off",
    "severity-mirror-descent-v1": "unhedged.adl.severity:severity_mirror_descent",
    "vector-mirror-descent-v1": "unhedged.adl.projection:vector_mirror_descent",
    "min-max-v1": "unhedged.adl.min_max:min_max",
    "min-max-published-v1": "unhedged.adl.published:greedy_single_lots",
    "hedge-aware-v1": "unhedged.adl.hedge_aware:hedge_aware",
}
"""Built-in policies: versioned id to where they are."""
