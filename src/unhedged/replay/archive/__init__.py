"""The venue's own archive of fills and other events: read, checked, and rolled forward account by account.

Form of the files: Hyperliquid node archive, ``node_fills_by_block`` and ``misc_events_by_block``, one hour a file, LZ4 frames of
one JSON line a block. Source: the venue's documentation of its archive and files read by others, November 2026; the fields of
fills are certain, those of other events are from secondary sources.
"""
