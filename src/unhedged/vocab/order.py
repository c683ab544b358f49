"""Order of things inside one instant: the priority of every kind of event.

Events at the same nanosecond are handled by priority, lower first, and first in, first out inside one priority. The same
list with reasons stands in docs/rulebook/order-of-events.md.
"""

from unhedged.vocab.enums import EventKind, Priority

PRIORITY = {
    EventKind.WORLD: Priority.WORLD,
    EventKind.MESSAGE: Priority.MESSAGE,
    EventKind.GATEWAY: Priority.MESSAGE,
    EventKind.SETTLE_TRANSFER: Priority.MESSAGE,
    EventKind.MARK: Priority.MARK,
    EventKind.CASE: Priority.CLEARING,
    EventKind.VAULT: Priority.CLEARING,
    EventKind.SESSION: Priority.CLEARING,
    EventKind.FUND_UNWIND: Priority.CLEARING,
    EventKind.FUNDING: Priority.FUNDING,
    EventKind.WAKE: Priority.AGENT,
    EventKind.RECORD: Priority.RECORD,
}
"""Every kind has exactly one priority."""
