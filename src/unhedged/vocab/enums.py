"""Every choice in the package, as integer codes that pass into compiled code unchanged.

A member's comment states its condition. Codes are part of the results format: append, never renumber.

One module, though long: it is a list, and whoever reads a code in a file or a kernel looks in one place.
"""

from enum import IntEnum


class Side(IntEnum):
    """Side of an order; also the index of a book's side."""

    BUY = 0
    SELL = 1


class TimeInForce(IntEnum):
    """How long an order may wait."""

    GTC = 0  # rests until filled or cancelled
    IOC = 1  # fills what it can at once, the rest is dropped
    FOK = 2  # fills completely at once or not at all
    POST_ONLY = 3  # rests or is refused; never takes


class Command(IntEnum):
    """What a message to a venue asks for."""

    LIMIT = 0
    MARKET = 1  # takes at any price inside the band; the rest is dropped
    CANCEL = 2  # the order under the sender's tag
    CANCEL_ALL = 3  # every order of the sender in the instrument
    MODIFY = 4  # new price and size under the same tag; keeps priority only when size alone shrinks
    STOP = 5  # becomes a market order when its trigger price is touched
    TRANSFER = 6  # cash between two accounts of one owner; arrives after the transfer delay


class TriggerSource(IntEnum):
    """Price that sets off a stop."""

    MARK = 0
    LAST = 1


class TriggerKind(IntEnum):
    """What a touched trigger does."""

    LIQUIDATION = 0  # re-evaluate the account's margin
    STOP_LOSS = 1  # close the position at market, reduce-only
    TAKE_PROFIT = 2  # close the position at market, reduce-only
    STOP_ORDER = 3  # release a stop order
    PANIC = 4  # the holder gives up and closes at market
    TAKE_PROFIT_LIMIT = 5  # close the position at the trigger price or better, reduce-only; what does not trade rests


class Reject(IntEnum):
    """Why a venue refused a message. Zero means accepted."""

    NONE = 0
    TICK = 1  # price not on the tick grid or below one tick
    LOT = 2  # size not a positive multiple of the lot
    SIGNIFICANT_FIGURES = 3  # price has more significant figures than the venue allows
    BAND = 4  # price outside the price band around mark
    MARGIN = 5  # initial margin would exceed equity
    BALANCE = 6  # spot: not enough cash or inventory
    REDUCE_ONLY = 7  # would not reduce the position
    POST_ONLY = 8  # would have taken
    FILL_OR_KILL = 9  # could not fill completely
    UNKNOWN_ORDER = 10  # cancel or modify of an order that is gone
    SELF_TRADE = 11  # the rest of a taker that met its own owner's order
    GATEWAY_FULL = 12  # queue limit of the gateway reached
    GATEWAY_DOWN = 13  # outage
    IN_LIQUIDATION = 14  # the account is being liquidated
    TRANSFERS_DOWN = 15  # outage of transfers
    NEGATIVE_PRICE = 16  # price at or below zero
    NO_LIQUIDITY = 17  # market order met an empty side
    CLOSED = 18  # the account was closed
    MALFORMED = 19  # a command, side or other code that does not exist
    HALTED = 20  # the book is halted and takes cancels only


class InstrumentKind(IntEnum):
    """What a contract is."""

    LINEAR = 0  # perpetual, profit in the quote asset
    SPOT = 1  # the asset itself; positions are inventory
    INVERSE = 2  # perpetual, profit in the base asset


class Leg(IntEnum):
    """Which side of a contract a position may be on."""

    ONE_WAY = 0  # either: one net position per contract
    LONG = 1  # hedge mode, never below nothing
    SHORT = 2  # hedge mode, never above nothing


class VenueKind(IntEnum):
    """Structure of a venue."""

    ORDER_BOOK = 0
    DEALER = 1
    POOL = 2
    CLEARING_HOUSE = 3


class MarginMode(IntEnum):
    """What secures a position."""

    CROSS = 0  # the account's whole equity
    ISOLATED = 1  # one pocket per position
    NONE = 2  # spot: no borrowing


class CollateralPrice(IntEnum):
    """Price at which a venue values an asset posted as collateral."""

    LOCAL_BOOK = 0  # the venue's own
    INDEX = 1  # an index over venues
    REDEMPTION = 2  # what the issuer pays


class CollateralSale(IntEnum):
    """How assets posted as collateral become money when an account is liquidated."""

    BOOK = 0  # orders into the asset's book
    FUND = 1  # the insurance fund buys them below their price and works them off


class CollateralOrder(IntEnum):
    """Which asset posted as collateral is sold first; ties go by the venue's list."""

    LISTED = 0  # as the venue lists them
    LARGEST = 1  # the one worth most
    LEAST_HAIRCUT = 2  # the one with the highest ratio


class AccountKind(IntEnum):
    """Role of an account at its venue."""

    TRADER = 0
    FUND = 1  # insurance fund
    VAULT = 2  # backstop vault that takes positions over
    FEES = 3  # the venue's fee income
    ROUNDING = 4  # remainders of divisions, never negative in sum
    EXTERNAL = 5  # the outside world: minus all deposits


class AccountStatus(IntEnum):
    """State of a trading account."""

    LIVE = 0
    IN_LIQUIDATION = 1  # a clearing case is open
    TAKEN_OVER = 2  # fund or vault holds its positions
    EMPTY = 3  # holds no position


class MarkForm(IntEnum):
    """Rule for a mark price."""

    BINANCE = 0  # median of index with funding, index with mean basis, last
    HYPERLIQUID = 1  # median of oracle with basis average, book median, other venues' perps
    MID = 2  # spot: the local mid, or the last trade when one side is empty
    INDEX_PLUS_BASIS = 3  # index plus the mean basis of a window
    INDEX_PLUS_FUNDING = 4  # index carried by the last funding rate over the time left
    INDEX_PLUS_EMA = 5  # index plus the exponential average of mid minus index
    ORACLE = 6  # the index, which is then called oracle


class IndexCombine(IntEnum):
    """How the sources of an index or oracle become one price."""

    WEIGHTED_MEDIAN = 0  # the lower of two middle prices
    WEIGHTED_MEAN = 1
    MEDIAN = 2  # every source weighs one
    EQUAL_MEAN = 3  # every source weighs one


class OutlierRule(IntEnum):
    """What a mean does with a source farther from the median of the sources than allowed."""

    WEIGHT_ZERO = 0  # left out; with more than one outlier the median of all is the index
    CLIPPED = 1  # counts as the bound it passed


class FundingForm(IntEnum):
    """Rule for a funding rate."""

    CLAMPED = 0  # premium moved to interest by at most a clamp, divided by 8 h over the interval
    UNDIVIDED = 1  # the same, not divided
    CLAMPED_EIGHTH = 2  # the same, an eighth
    DEAD_BAND = 3  # premium of the mark outside a band, per 8 h; paid for the time passed
    VOTES = 4  # mean of samples, each the median of votes, plus interest, per 8 h
    SCALED_INTEREST = 5  # not divided; the interest is that of the interval


class FundingPrice(IntEnum):
    """Price of the notional a funding rate is paid on."""

    MARK = 0
    ORACLE = 1  # what the venue calls its index
    INDEX = 2


class LiquidationStep(IntEnum):
    """One step of a liquidation, as a rulebook lists them in its venue's order; margin is checked again after each."""

    CANCEL_ORDERS = 0  # open orders of the account (cross) or of the contract (isolated) go
    NET_HEDGED_LEGS = 1  # long and short legs on one contract are closed against each other
    IOC_AT_BANKRUPTCY = 2  # one IOC per position, limit at bankruptcy, no larger than restores
    ORDERS_ON_ALL_LEGS = 3  # orders on every leg at once; what expires waits for a pause
    DROP_TIERS = 4  # an order for what lies above a lower tier, repeated until that tier is lowest
    REDUCE_TO_LOWEST_TIER = 5  # one order for everything above the lowest tier
    SLICE_WITH_COOLDOWN = 6  # a share of a large position, all of a small one or inside the pause
    INCREMENTAL_ROUNDS = 7  # small orders, one after the other, until margin suffices
    IOC_AT_FILLABLE_PRICE = 8  # IOC with a limit that worsens with the shortfall
    IOC_AT_ZERO_PRICE = 9  # IOC with the limit at which a fill leaves the margin ratio unchanged
    SELL_COLLATERAL = 10  # assets posted as collateral are sold until the money alone suffices
    BACKSTOP_TAKEOVER = 11  # below a share of maintenance a vault takes positions and margin
    TAKEOVER_AT_BANKRUPTCY = 12  # the venue takes the position over at its bankruptcy price
    TAKEOVER_AT_CLOSE_OUT = 13  # below close-out margin the fund takes the position over
    FUND_ZEROES_ACCOUNT = 14  # the fund fills a bankrupt account up to nothing


class Reduction(IntEnum):
    """How a liquidation closes the part of a position above a lower tier."""

    IOC = 0  # an order at bankruptcy price; what does not fill is dropped
    FILL_OR_KILL = 1  # an order at bankruptcy price that fills completely or not at all
    TAKEOVER = 2  # the venue takes the part over at bankruptcy price


class TierForm(IntEnum):
    """How the brackets of a margin schedule are read."""

    NOTIONAL = 0  # floors in money; rates on each part with a deduction, or on everything without
    SIZE = 1  # floors in lots, rates on everything: a position's rate does not move with the price
    SLOPE = 2  # one bracket whose rates grow with the lots held


class AdlTrigger(IntEnum):
    """What keeps a fund from taking a position over, so that winners are closed."""

    FUND_CANNOT_HOLD = 0  # net notional above the fund's capacity
    FUND_EMPTY = 1  # nothing would be left of the fund
    DRAWDOWN = 2  # the contract has cost the fund a share of its peak; or the fund is empty
    RAPID_DROP = 3  # the fund has fallen by a share of its peak or average; or it is empty
    NEGATIVE_EQUITY = (
        4  # the account, or the vault that holds its positions, owns less than nothing
    )
    NONE = 5  # winners are never closed


class DrawdownBase(IntEnum):
    """What a fund's fall is measured from, over a window."""

    PEAK = 0  # its highest money
    AVERAGE = 1  # the mean of its money, read once in each part of the window


class FundPool(IntEnum):
    """Which losses share a fund's money."""

    SHARED = 0  # all contracts of the venue
    PER_SYMBOL = 1  # each contract has an equal part of the fund, and what it brought and cost


class LossSource(IntEnum):
    """Who pays for a loss, as a rulebook lists them in its venue's order."""

    MARGIN = 0  # what the account itself still has
    FUND = 1
    VAULT = 2  # a backstop vault
    ADL = 3  # winners, by closing them
    SOCIALISED = 4  # winners, by money; their positions stay
    WITHDRAWAL_GATE = 5  # nobody is paid out meanwhile


class AdlPrice(IntEnum):
    """Price at which auto-deleveraging closes."""

    BANKRUPTCY = 0
    MARK = 1
    PREVIOUS_MARK = 2
    ORACLE = 3


class CasePhase(IntEnum):
    """Phase of one liquidation case; a case can stop after any phase and resume."""

    FREE = 0
    CANCEL = 1
    REDUCE = 2
    COOLDOWN = 3
    TAKEOVER = 4
    ADL_RANK = 5
    ADL_ALLOCATE = 6  # waits for a policy outside the compiled loop
    ADL_CLOSE = 7
    SETTLE = 8
    SOCIALISE = 9  # winners pay what the fund could not
    NET = 10  # hedged legs are closed against each other
    COLLATERAL = 11  # assets posted as collateral become money


class EntryReason(IntEnum):
    """Why money moved outside a fill: one column of the per-account totals each."""

    DEPOSIT = 0
    TRADING_FEE = 1
    LIQUIDATION_FEE = 2
    FUNDING = 3
    TAKEOVER = 4  # equity that leaves with positions handed to fund or vault
    FUND_DRAW = 5  # the fund fills a negative balance
    ADL = 6  # cash side of a forced close against a winner
    TRANSFER = 7  # between accounts of one owner
    TOP_UP = 8  # the holder adds margin from outside
    ROUNDING = 9
    SOCIALISED = 10


class FillCause(IntEnum):
    """Why a fill happened, seen from the account whose position it changed."""

    CHOICE = 0
    STOP = 1
    TAKE_PROFIT = 2
    LIQUIDATION = 3
    TAKEOVER = 4
    ADL = 5
    FUND_UNWIND = 6
    PANIC = 7


class Priority(IntEnum):
    """Order of things inside one instant: lower first, then first in first out.

    The same list with reasons stands in docs/rulebook/order-of-events.md.
    """

    WORLD = 0  # news, outages, fundamental value
    MESSAGE = 1  # orders, cancels, transfers arriving at a venue
    MARK = 2  # index, oracle, mark; then the triggers they touch
    CLEARING = 3  # liquidation steps, takeover, ADL
    FUNDING = 4
    AGENT = 5  # agents look and decide
    RECORD = 6


class EventKind(IntEnum):
    """What an event is; each kind has one priority."""

    WORLD = 0
    MESSAGE = 1
    MARK = 2
    CASE = 3
    VAULT = 4
    FUNDING = 5
    WAKE = 6
    RECORD = 7
    FUND_UNWIND = 8
    GATEWAY = 9  # the gateway's queue releases its next message
    SETTLE_TRANSFER = 10
    SESSION = 11  # a day of trading ends: winners pay what the fund is short of


class Reason(IntEnum):
    """Why the compiled loop came back to Python."""

    END = 0  # end of simulated time
    AGENT = 1  # a plain-Python agent's turn
    ADL_POLICY = 2  # a plain-Python ADL policy decides
    GROW = 3  # a pool or buffer is nearly full: enlarge, flush, resume
    INVARIANT = 4  # money or positions do not balance
    PAUSE = 5  # event budget of this call used up (progress, Ctrl-C)


class Breach(IntEnum):
    """Which conservation law a run broke."""

    NONE = 0
    CASH = 1  # cash of a settlement asset does not sum to zero
    POSITIONS = 2  # positions of an instrument do not sum to what they must
    ALLOCATION = (
        3  # an ADL policy closed more or less than the case needs, or more than a winner holds
    )


class OutageKind(IntEnum):
    """What an outage stops."""

    TRANSFERS = 0
    GATEWAY = 1
    FEED = 2


class NewsShape(IntEnum):
    """How a change of fundamental value arrives."""

    STEP = 0
    RAMP = 1
    EXPONENTIAL = 2


class AdlDecision(IntEnum):
    """How winners are found in auto-deleveraging."""

    SCORE = 0  # a compiled score per winner, highest first
    PYTHON = 1  # the loop returns and a Python policy allocates
    RANDOM_START = 2  # holders one after another from a random one on


class AfterAdl(IntEnum):
    """What a basis desk does when its short was closed by force."""

    RESHORT = 0  # short again on its other venue
    SELL_SPOT = 1  # sell the hedge leg
    HOLD = 2  # stay unhedged
