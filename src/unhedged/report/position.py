"""A position for people: the nearest liquidation first, then margins, then every leg, then the ladder's first step."""

import textwrap
from decimal import Decimal
from typing import Any

from unhedged.rules.portfolio import NO_NEED_PPB
from unhedged.venues.first_step import Step
from unhedged.venues.portfolio import Portfolio
from unhedged.venues.position import LegReport, Position
from unhedged.vocab.units import MINUS, PPB, show_rate

HEAD = ("liquidated", "distance", "bankrupt at")
WIDTH = 110
WORDS = ("First", "Assumed", "Rules")
WORD = "Assumed  "


def summary(position: Position) -> str:
    """Return the whole screen."""
    mode = position.mode + (", hedge mode" if position.hedged else "")
    lines = [f"{position.book.id} · {mode}", "", *_wrapped(_finding(position)), ""]
    lines += [f"  {line}" for line in (*_totals(position), "", *_table(position))]
    lines.append("")
    for note in _notes(position):
        lines += _wrapped(note)
    return "\n".join(line.rstrip() for line in lines)


def _wrapped(text: str) -> list[str]:
    hang = " " * (2 + len(WORD) if text.startswith(WORDS) else 2)
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent=hang)


def to_json(position: Position) -> dict[str, Any]:
    """Return every number of the screen, money in units of the settlement asset."""

    def units(atoms: int) -> float:
        return atoms / position.atoms_per_unit

    touch = position.touch
    return {
        "rulebook": position.book.id,
        "mode": position.mode,
        "hedge_mode": position.hedged,
        "settlement": "USD" if position.settlement == "$" else position.settlement,
        "equity": units(position.equity),
        "initial_margin": units(position.initial),
        "maintenance_margin": units(position.maintenance),
        "margin_ratio": _whole_ratio(position),
        "equality": "liquidates" if position.trigger.at_equality else "safe",
        "collateral": [
            {
                "asset": "USD" if held.asset == "$" else held.asset,
                "amount": float(held.amount),
                "price": None if held.price is None else float(held.price),
                "worth": units(held.worth),
                "counts": units(held.counts),
            }
            for held in position.collateral
        ],
        "legs": [_leg_json(leg, position.atoms_per_unit) for leg in position.legs],
        "first_touch": None
        if touch is None
        else {
            "contract": touch.contract,
            "price": float(touch.price),
            "distance": touch.share,
            "step": None if touch.step is None else _step_json(position, touch.step),
        },
        "assumed": list(position.assumed),
    }


def _leg_json(leg: LegReport, atoms_per_unit: int) -> dict[str, Any]:
    account, own = leg.account, leg.leg
    return {
        "contract": own.contract.id,
        "side": _side(leg),
        "size": float(leg.size),
        "entry": float(leg.text.entry),
        "mark": float(leg.price(own.contract.mark_milli)),
        "notional": own.notional / atoms_per_unit,
        "unrealised": own.unrealised / atoms_per_unit,
        "initial_margin": own.initial() / atoms_per_unit,
        "maintenance_margin": account.trigger.needed(own) / atoms_per_unit,
        "equity": account.equity() / atoms_per_unit,
        "margin_ratio": _ratio(account.maintenance(), account.equity()),
        "lowest_safe_price": None if leg.safe_low is None else float(leg.safe_low),
        "highest_safe_price": None if leg.safe_high is None else float(leg.safe_high),
        "bankruptcy_price": None if leg.bankruptcy is None else float(leg.bankruptcy),
    }


def _step_json(position: Position, step: Step) -> dict[str, Any]:
    terms = next(leg.terms for leg in position.legs if leg.leg.contract.id == step.leg.contract.id)
    return {
        "contract": step.leg.contract.id,
        "side": "sell" if step.leg.pos > 0 else "buy",
        "size": float(terms.lot * step.qty),
        "limit": None if step.limit_px is None else float(terms.price(step.limit_px)),
        "what": step.what,
        "fee_due": step.due / position.atoms_per_unit,
        "fee": step.fee / position.atoms_per_unit,
        "why": step.why,
    }


def _finding(position: Position) -> str:
    touch = position.touch
    if touch is None:
        return "No move of one contract alone liquidates this position."
    if touch.share == 0.0:
        return "Short of margin at the present marks: liquidation begins now."
    way = "falls" if touch.share < 0 else "rises"
    return (
        f"Liquidation is nearest in {touch.contract}: it begins when the mark {way} "
        f"{show_rate(abs(touch.share))}, to {_price(touch.price)}."
    )


def _totals(position: Position) -> list[str]:
    trigger = position.trigger
    if isinstance(trigger, Portfolio):
        return _portfolio_totals(position, trigger)
    safe = "equal is liquidated" if trigger.at_equality else "equal is safe"
    test = "at or above" if trigger.at_equality else "above"
    counted = "maintenance and closing fee" if trigger.fee_ppb else "maintenance"
    ratio = _ratio(position.maintenance, position.equity)
    rows = [
        ("Equity", _money(position, position.equity), _wallet(position)),
        ("Initial margin", _money(position, position.initial), _leverage(position)),
        ("Maintenance margin", _money(position, position.maintenance), ""),
        (
            "Margin ratio",
            _percent(ratio),
            f"{counted} over equity; liquidated {test} 100%, {safe}",
        ),
    ]
    if position.mode == "isolated":
        rows[-1] = (*rows[-1][:2], "of all pockets together; each leg is tested by itself")
    return [f"{name:<20}{value:>16}   {words}" for name, value, words in rows]


def _portfolio_totals(position: Position, trigger: Portfolio) -> list[str]:
    equity, needed = position.equity, position.maintenance
    ratio = trigger.ratio_ppb(equity, needed)
    name, words = trigger.words(equity, needed)
    shown = "−" if ratio >= NO_NEED_PPB else f"{ratio / PPB:.2%}"
    rows = [
        ("Equity", _money(position, equity), _wallet(position)),
        ("Maintenance margin", _money(position, needed), ""),
        (name, shown, words),
    ]
    return [f"{name:<20}{value:>16}   {words}" for name, value, words in rows]


def _leverage(position: Position) -> str:
    if all(leg.leg.leverage is not None for leg in position.legs):
        return "at the leverage written"
    return "at the highest leverage of each tier where none is written"


def _wallet(position: Position) -> str:
    unrealised = sum(leg.leg.unrealised for leg in position.legs)
    parts = [
        f"{_amount(held.amount)} {held.asset} at {_price(held.price)} count {_money(position, held.counts)}"
        for held in position.collateral
        if held.price is not None
    ]
    wallet = sum(account.wallet for account in position.accounts)
    words = f"wallet {_money(position, wallet)}, unrealised {_money(position, unrealised)}"
    return f"{words} ({'; '.join(parts)})" if parts else words


def _table(position: Position) -> list[str]:
    isolated = position.mode == "isolated"
    head = ("leg", "entry", "mark", "maintenance", *(("ratio",) if isolated else ()), *HEAD)
    rows = [head, *(_row(position, leg, isolated=isolated) for leg in position.legs)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    return [
        "   ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _row(position: Position, leg: LegReport, *, isolated: bool) -> tuple[str, ...]:
    mark = leg.leg.contract.mark_milli
    ends = [("<", leg.safe_low, leg.safe.low), (">", leg.safe_high, leg.safe.high)]
    reached = [
        (sign, price, milli)
        for sign, price, milli in ends
        if price is not None and milli is not None
    ]
    ratio = _ratio(leg.account.maintenance(), leg.account.equity())
    return (
        f"{leg.leg.contract.id} {_side(leg)} {_amount(leg.size)}",
        _price(leg.text.entry),
        _price(leg.price(mark)),
        _money(position, leg.account.trigger.needed(leg.leg)),
        *((_percent(ratio),) if isolated else ()),
        " or ".join(f"{sign} {_price(price)}" for sign, price, _ in reached) or "never",
        " or ".join(_signed(milli / mark - 1) for _, _, milli in reached) or "−",
        "never" if leg.bankruptcy is None else _price(leg.bankruptcy),
    )


def _notes(position: Position) -> list[str]:
    lines = [
        "< and > stand before the last safe price: one tick beyond liquidates."
        + (
            " One contract moves; the other legs and the collateral are frozen at their mark."
            if position.mode != "isolated"
            else " Each leg stands alone with its own margin."
        )
    ]
    if position.hedged and position.mode != "isolated":
        lines.append("A contract held both ways ends at one price: its mark moves both legs.")
    touch = position.touch
    if touch is not None:
        lines.append(
            f"First    at {touch.contract} {_price(touch.price)}: {_step(position, touch.step)}"
        )
    if position.assumed:
        lines.append(f"Assumed  {'; '.join(position.assumed)}.")
    lines.append(f"Rules    unhedged rules show {position.book.id}")
    return lines


def _step(position: Position, step: Step | None) -> str:
    if step is None and position.mode == "portfolio":
        return f"liquidation begins; what {position.book.id} does first to a portfolio is not published."
    if step is None:
        return f"what {position.book.id} does first is not described."
    terms = next(leg.terms for leg in position.legs if leg.leg.contract.id == step.leg.contract.id)
    name = step.leg.contract.id
    size = f"{_amount(terms.lot * step.qty)} {name}"
    price = "" if step.limit_px is None else _price(terms.price(step.limit_px))
    lead = "open orders are cancelled; then " if step.cancels else ""
    if step.what == "net":
        return f"{lead}{size} long and short are closed against each other ({step.why})."
    if step.what == "vault":
        return f"{lead}every position goes to the vault at mark, {size} among them ({step.why})."
    if step.what == "takeover":
        at = f"at {price}, its bankruptcy price" if price else "at its bankruptcy price"
        return f"{lead}the venue takes {size} over {at} ({step.why})."
    verb, worse = ("sell", "or higher") if step.leg.pos > 0 else ("buy", "or lower")
    order = position.book.value("liquidation.order", "")
    at = f"at {price} {worse}" if price else "at market"
    fee = f"; fee {_money(position, step.due)} if filled at mark" if step.due else ""
    if step.fee < step.due:
        fee += f", of which {_money(position, step.fee)} is there to pay"
    return f"{lead}{verb} {size} {at} ({order}; {step.why}){fee}."


def _whole_ratio(position: Position) -> float | None:
    # The ratio the screen prints: under portfolio margin the venue's own.
    trigger = position.trigger
    if not isinstance(trigger, Portfolio):
        return _ratio(position.maintenance, position.equity)
    ratio = trigger.ratio_ppb(position.equity, position.maintenance)
    return None if ratio >= NO_NEED_PPB else ratio / PPB


def _ratio(maintenance: int, equity: int) -> float | None:
    return maintenance / equity if equity > 0 else None


def _percent(ratio: float | None) -> str:
    return "nothing left" if ratio is None else f"{ratio:.2%}"


def _side(leg: LegReport) -> str:
    return "long" if leg.leg.pos > 0 else "short"


def _money(position: Position, atoms: int) -> str:
    sign, size = (MINUS, -atoms) if atoms < 0 else ("", atoms)
    if position.settlement == "$":
        return f"{sign}${size / position.atoms_per_unit:,.2f}"
    return f"{sign}{size / position.atoms_per_unit:,.8f} {position.settlement}"


def _price(price: Decimal | None) -> str:
    return "−" if price is None else _amount(price)


def _amount(number: Decimal) -> str:
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", MINUS)


def _signed(share: float) -> str:
    return f"{'+' if share >= 0 else MINUS}{abs(share):.1%}"
