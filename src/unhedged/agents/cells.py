"""Which cell of its rows each behaviour keeps what in.

Cells hold natural units: dollars, seconds, fractions, events a second. ``rows`` says which parameter of a plan goes where.
Every row of parameters begins alike::

    0 … 7   NEUTRAL   lots held per leg at the start: what the agent counts as no inventory     (the engine fills it)
    8       ACCOUNTS  bit l is set when leg l is the first of its account, so equity counts once (the engine fills it)
    9       CAPITAL   dollars
"""

MOST_QUOTES = 2
"""Books one market maker quotes."""
MOST_LEVELS = 12
"""Prices a market maker quotes on one side."""
ROW = 43
"""Cells of a row of parameters; equals ``kernels.layout.columns.PARAMETERS``."""

MOST_NUMBERS = 30
"""Parameters of a user's own behaviour; they stand from cell `NUMBERS` on."""

NEUTRAL = 0
ACCOUNTS = 8
CAPITAL = 9
NUMBERS = 10

# ------------------------------------------------------------------------------------------ background
FLOW_LIMIT_RATE = 10
FLOW_MARKET_RATE = 11
FLOW_CANCEL_RATE = 12
FLOW_ORDERS = 13
FLOW_REACH = 14
FLOW_STEP = 15
FLOW_DECAY = 16
FLOW_SIZE = 17
FLOW_SIZE_SIGMA = 18
FLOW_SIZE_MOST = 19
FLOW_MARKET_SIZE = 20
FLOW_ELASTICITY = 21
FLOW_INFORMED = 22
FLOW_INFORMED_SCALE = 23
FLOW_PATIENT = 24
FLOW_PATIENT_ORDERS = 25
FLOW_NEAREST = 26
FLOW_FARTHEST = 27
FLOW_PATIENT_DECAY = 28
FLOW_PATIENCE = 29
FLOW_RUSH = 30
FLOW_KEPT = 31  # to 33: a power that seldom changes, see `chance.log_distance_again`
FLOW_KEPT_LOG = (
    34  # and 35: liquidity at the touch seen last by any of the group, and its logarithm
)
FLOW_BARGAIN = 36
FLOW_USUAL = 37
FLOW_POWER = 38

# state
FLOW_PLACED = 0  # tags the opening has gone through
FLOW_BEGAN = 1  # ns, first turn after the opening
FLOW_LAST = 2  # ns, previous turn
FLOW_LIQUIDITY = 3  # log of dollars at the touch per unit of relative spread, 20 s average
FLOW_CALM = 4  # the same, average of calm times
FLOW_KNOWN = 5  # 1 once it has seen both sides
FLOW_GAP = 6  # usual gap of the price to value, a share

# ---------------------------------------------------------------------------------------- market maker
MAKER_QUOTES = 10
MAKER_WEIGHT = 11  # and 12
MAKER_DEPTH = 13
MAKER_LEVELS = 14
MAKER_SPAN = 15
MAKER_REFILL = 16
MAKER_RISK = 17
MAKER_ARRIVAL = 18
MAKER_DISTANCE = 19
MAKER_LIMIT = 20
MAKER_HEDGE_ABOVE = 21
MAKER_HEDGE_TO = 22
MAKER_HEDGE_SLIP = 23
MAKER_HEDGE_MOST = 24
MAKER_FOLLOW = 25
MAKER_ANCHOR = 26
MAKER_CALM_SIGMA = 27  # 0: learned
MAKER_VOLATILITY_SCALE = 28
MAKER_VOLATILITY_POWER = 29
MAKER_FLOOR = 30
MAKER_FEAR = 31
MAKER_FEAR_MEMORY = 32
MAKER_LOSS = 33
MAKER_LEAVE = 34
MAKER_DUMP = 35
MAKER_COOL = 36
MAKER_RETURN = 37
MAKER_HAIRCUT = 38
MAKER_UNIT = 39
MAKER_GROSS = 40
MAKER_PREMIUM = 41  # 1: value counts at the usual ratio of its own price to that of its hedge
MAKER_NEWS = 42  # share of a change of value taken over at once

# state: a block per quoted leg, then what is shared
MAKER_BLOCK = 6
MAKER_MID = 0  # ticks
MAKER_VARIANCE = 1  # of the relative mid per second, 60 s average
MAKER_CALM = 2  # the same in calm times
MAKER_REFERENCE = 3  # ticks
MAKER_ADL = 4  # lots closed by ADL, as seen last
MAKER_CENTRE = 5  # ticks, centre of the quotes last sent
MAKER_LAST = 12  # ns, previous turn
MAKER_BEGAN = 13  # ns, first turn
MAKER_BASE = 14  # dollars, equity without the coins held at the start, when it (re)started
MAKER_AWAY = 15  # ns, earliest return; 0 while present
MAKER_SCALE = 16  # part of its first size it uses: 1, and less by the haircut once it has left
MAKER_CLOSED = 17  # dollars closed by ADL, fading
MAKER_HEDGED = 18  # ns, when its latest hedge has certainly arrived
MAKER_STRESS = 19  # largest σ over calm of its quoted legs and of the market it watches
MAKER_BASIS = 20  # usual price of the hedge leg over that of the first quoted leg
MAKER_SLOW = 21  # and 22: variance per second, ten-minute average, per quoted leg
MAKER_VALUE = 23  # dollars, value of the first leg's asset at the previous look
MAKER_WATCHED_MID = 24  # ticks, of the market it watches beside its own
MAKER_WATCHED_VARIANCE = 25  # as of a quoted leg
MAKER_WATCHED_CALM = 26  # the same in calm times

# ------------------------------------------------------------------------------------------ basis desk
BASIS_LEVERAGE = 10
BASIS_REACTION = 11
BASIS_SELL = 12
BASIS_RESELL = 13
BASIS_SLICE = 14
BASIS_SLIP = 15
BASIS_OPEN = 16
BASIS_CLOSE = 17
BASIS_LIMIT = 18
BASIS_HURDLE = 19
BASIS_COST = 20
BASIS_MEMORY = 21
BASIS_PACE = 22
BASIS_NEVER = 1e9

# state
BASIS_BEGAN = 0  # 1 after the first turn
BASIS_TAKEN = 1  # units closed by force over the short legs, as seen last
BASIS_DUE = 2  # ns, when it acts on a forced close; 0 when nothing is due
BASIS_ANSWER = 3  # AfterAdl, of the latest forced close
BASIS_ACCEPTED = 4  # units of coins it has decided to leave unhedged
BASIS_UNHEDGED = 5  # units of coins without a short against them
BASIS_BUSY = 6  # ns, when its orders have certainly arrived
BASIS_PENDING = 7  # units closed by force it has not answered yet
BASIS_REJECTS = 8  # refusals counted so far
BASIS_LAST = 9  # ns, previous look at funding
BASIS_YIELD = 10  # a year, average of the rates settled; 0 before the first
BASIS_ROOM = 11  # units it may add (or, below zero, take off) now, saved up turn by turn

# ----------------------------------------------------------------------------------------- cross venue
CROSS_LIMIT = 10
CROSS_ENTER = 11
CROSS_EXIT = 12
CROSS_SLICE = 13
CROSS_PATIENCE = 14
CROSS_REBALANCE = 15
CROSS_EVERY = 16
CROSS_FROZEN = 17

# state
CROSS_BUSY = 0  # ns, when its orders have certainly arrived
CROSS_TRANSFERRED = 1  # ns, latest transfer asked for; 0 for none
CROSS_REJECTS = 2  # refusals counted so far
CROSS_FROZEN_UNTIL = 3  # ns

# ------------------------------------------------------------------------------------------- dip buyer
DIP_ON_HAND = 10
DIP_ARRIVAL = 11
DIP_DISCOUNT = 12
DIP_PREMIUM = 13
DIP_PACE = 14
DIP_SLICE = 15
DIP_SLIP = 16
DIP_PASSIVE = 17
DIP_TAKE_PROFIT = 18
DIP_LADDER = 19
DIP_LADDER_ORDERS = 20
DIP_NEAREST = 21
DIP_FARTHEST = 22
DIP_DECAY = 23
DIP_REFRESH = 24

# state
DIP_BEGAN = 0  # ns, first turn
DIP_LAST = 1  # ns, previous turn
DIP_CLOSE = 2  # ticks, close of the last candle
DIP_VARIANCE = 3  # of the relative mid per second, 60 s average
DIP_CALM = 4  # the same in calm times
DIP_FIRST = 5  # ns, when it first saw its discount; 0 for not yet
DIP_BUSY = 6  # ns, when its orders have certainly arrived
DIP_FALLING = 7  # what this candle or the last one fell, in calm σ of a candle
DIP_BUDGET = 8  # dollars it may spend now, saved up turn by turn
DIP_RESTING = 9  # 1 while a passive order may rest
DIP_SINCE = 10  # seconds since that close
DIP_FELL = 11  # part by which the last candle fell

# -------------------------------------------------------------------------------------------- momentum
MOM_SIDE = 10  # -1 sells falls, 1 buys rises, 0 both
MOM_LEVERAGE = 11
MOM_WINDOW = 12
MOM_TRIGGER = 13
MOM_GAIN = 14
MOM_SLICE = 15
MOM_SLIP = 16
MOM_LEAVES = 17
MOM_STOP = 18
MOM_TAKE_PROFIT = 19
MOM_TURN = 20

# state
MOM_BEGAN = 0  # ns, first turn
MOM_LAST = 1  # ns, previous turn
MOM_MID = 2  # ticks, at the previous turn
MOM_VARIANCE = 3  # of the relative mid per second, 60 s average
MOM_CALM = 4  # the same in calm times
MOM_MEAN = 5  # ticks, mean over the window
MOM_LEAVER = 6  # 1: gets out by itself, 0: stays until the venue closes it
MOM_HELD = 7  # lots at the previous turn
MOM_ENTRY = 8  # ticks, mean price of what it holds
MOM_JOINED = 9  # -1 while it opens a short, 1 a long, 0 otherwise
MOM_BUSY = 10  # ns, when its orders have certainly arrived
MOM_LEAVING = 11  # 1 while it gets out
MOM_REJECTS = 12  # refusals counted so far

# ----------------------------------------------------------------------------------------------- panic
PANIC_LAG = 10
PANIC_MEMORY = 11
PANIC_THRESHOLD = 12
PANIC_FULL = 13
PANIC_HAZARD = 14
PANIC_PACE = 15
PANIC_SLICE = 16
PANIC_SLIP = 17
PANIC_TIMES = 18

# state
PANIC_BEGAN = 0  # ns, first turn
PANIC_LAST = 1  # ns, previous turn
PANIC_HIGH = 2  # ticks, recent high
PANIC_DRAW_DOWN = 3  # below that high, smoothed over the lag
PANIC_HELD = 4  # lots at the previous turn
PANIC_FRIGHTENED = 5  # lots whose holders have decided to sell
PANIC_DUE = 6  # lots to be sold now, saved up turn by turn
PANIC_BUSY = 7  # ns, when its orders have certainly arrived
PANIC_WATCHED_HIGH = 8  # ticks, recent high of the market it watches beside its own

# ------------------------------------------------------------------------------------------ speculator
SPEC_SWING = 10
SPEC_MEMORY = 11
SPEC_PACE = 12
SPEC_SLICE = 13
SPEC_SLIP = 14

# state
SPEC_BEGAN = 0  # ns, first turn
SPEC_LAST = 1  # ns, previous turn
SPEC_WISH = 2  # in standard deviations
SPEC_DUE = 3  # lots to be bought (or, below zero, sold) now, saved up turn by turn
SPEC_BUSY = 4  # ns, when its orders have certainly arrived
