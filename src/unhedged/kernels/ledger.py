"""The one door for money that is not a fill: a payment, its totals by reason, and the row that is kept of it.

Every payment moves the same atoms out of one account and into another of the same settlement asset, so the cash of all
accounts of an asset sums to zero: the outside world is an account too and holds minus the deposits.
"""

from typing import Any

from unhedged.kernels.compiled import helper, kernel, minus, plus
from unhedged.kernels.standing import note_change
from unhedged.kernels.tables import account, holder, instrument, position, total, transfer, venue
from unhedged.vocab.enums import AccountKind, EntryReason, InstrumentKind

_FUND = int(AccountKind.FUND)
_VAULT = int(AccountKind.VAULT)
_SPOT = int(InstrumentKind.SPOT)


def mask(*reasons: EntryReason) -> int:
    """Return the bit set of ``reasons``."""
    bits = 0
    for reason in reasons:
        bits |= 1 << reason
    return bits


KEPT_REASONS = mask(
    EntryReason.LIQUIDATION_FEE,
    EntryReason.TAKEOVER,
    EntryReason.FUND_DRAW,
    EntryReason.ADL,
    EntryReason.TRANSFER,
    EntryReason.TOP_UP,
    EntryReason.SOCIALISED,
)
"""Bit set of the reasons of which every row is kept, whoever pays."""


@helper("boolean(World, int64)")
def is_kept(w: Any, a: Any) -> Any:
    """Return whether every transfer of account ``a`` leaves a row: desks, funds and vaults."""
    row = account(w, a)
    return row.keep != 0 or row.kind in (_FUND, _VAULT)


@kernel("int64(World, int64, int64)")
def _mark_of(w: Any, source: Any, asset: Any) -> Any:
    # At which a movement is worth dollars: coin at the venue's first contract, lots at their book, dollars at none.
    if asset >= w.settlements:
        return instrument(w, asset - w.settlements).mark_milli
    if asset == 0:
        return 0
    return instrument(w, venue(w, account(w, source).venue).first_instrument).mark_milli


@kernel("void(World, int64, int64, int64, int64, int64)")
def keep_row(w: Any, source: Any, target: Any, amount: Any, asset: Any, reason: Any) -> None:
    """Write the row of a payment, or of a delivery of lots: ``asset`` is then `settlements` more than the spot instrument."""
    row = transfer(w, w.transfers_kept)
    row.t = w.now
    row.atoms = amount
    row.source = source
    row.target = target
    row.asset = asset
    row.mark_milli = _mark_of(w, source, asset)
    row.reason = reason
    w.transfers_kept += 1


@kernel("void(World, int64, int64, int64, int64)")
def pay(w: Any, source: Any, target: Any, atoms: Any, reason: Any) -> None:
    """Move money from one account to another of the same settlement asset.

    Parameters
    ----------
    w : World
    source, target : int
        Accounts; a payment to oneself changes nothing.
    atoms : int
        Amount. Negative: the target pays the source. Zero: nothing happens, no row.
    reason : int
        EntryReason; the totals of the payer fall and those of the receiver rise by the amount.

    Notes
    -----
    Nothing is rounded and nothing is checked against a balance: a venue lets a balance fall below zero, and who fills the
    hole is decided by the waterfall. A row is kept for forced reasons, kept accounts, funds and vaults; the loop makes
    room for rows between events.
    """
    if atoms == 0 or source == target:
        return
    if atoms < 0:
        source, target, atoms = target, source, -atoms
    payer = account(w, source)
    receiver = account(w, target)
    payer.cash = minus(payer.cash, atoms)
    receiver.cash = plus(receiver.cash, atoms)
    note_change(w, source)
    note_change(w, target)
    total(w, source).atoms[reason] = minus(total(w, source).atoms[reason], atoms)
    total(w, target).atoms[reason] = plus(total(w, target).atoms[reason], atoms)
    if (KEPT_REASONS >> reason) & 1 != 0 or is_kept(w, source) or is_kept(w, target):
        keep_row(w, source, target, atoms, venue(w, account(w, source).venue).asset, reason)


@kernel("int64(World, int64)")
def imbalance(w: Any, asset: Any) -> Any:
    """Return the cash of all accounts settled in ``asset``, atoms: zero, or money was made or lost."""
    atoms = 0
    for a in range(w.n_account):
        if venue(w, account(w, a).venue).asset == asset:
            atoms = plus(atoms, account(w, a).cash)
    return atoms


@kernel("int64(World, int64)")
def position_imbalance(w: Any, i: Any) -> Any:
    """Return the lots of instrument ``i`` that were made or lost, zero when none.

    A contract's positions sum to zero. A spot instrument's positions are inventory: their sum is the instrument's
    ``open_interest``, the lots brought in at the start.
    """
    row = instrument(w, i)
    lots = 0
    for h in range(row.first_holder, row.first_holder + row.holders):
        lots = plus(lots, position(w, holder(w, h).position).pos)
    if row.kind == _SPOT:
        return minus(lots, row.open_interest)
    return lots
