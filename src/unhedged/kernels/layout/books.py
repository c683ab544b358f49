"""Tables of order books: orders, the dense window of price levels, and the levels far from it."""

from unhedged.kernels.layout.columns import columns, one_line

ORDER = one_line(
    columns(
        qty=("i8", "lots still open"),
        px=("i4", "ticks; of a stop on the mark the row of its trigger"),
        next=("i4", "younger order at the price; next free row"),
        previous=("i4", "older order at the price, -1 at the head"),
        generation=("i4", "grows when the row is released; handles hold it"),
        position=("i4", "the owner's position slot: gives account and instrument"),
        tag=("i4", "row in `tag`, -1 for none"),
        account_next=("i4", "next working order of the account"),
        account_previous=("i4", "previous one, -1 at the head"),
        side=("i1", "Side"),
        reduce_only=("i1", "1: may only shrink the position"),
        live=("i1", "1 in the book, 2 stop waiting for a mark, 3 for a last price, 0 free"),
        cause=("i1", "FillCause of its fills"),
    )
)

BOOK = columns(
    base=("i8", "ticks, lowest price of the dense window"),
    best=("i8", "ticks, best price; -1 (bids) or a huge price (asks) when empty"),
    first_level=("i8", "row in `level`"),
    first_word=("i8", "row in `word`"),
    window=("i8", "levels in the window, a power of two >= 64"),
    far_head=("i4", "list of levels outside the window"),
    far_count=("i4", "how many"),
    dense_count=("i4", "levels with orders in the window"),
    orders=("i4", "orders resting on this side"),
)

LEVEL = columns(
    qty=("i8", "lots"),
    head=("i4", "oldest order"),
    tail=("i4", "youngest order"),
)

FAR = columns(
    qty=("i8", "lots"),
    px=("i8", "ticks"),
    head=("i4", "oldest order"),
    tail=("i4", "youngest order"),
    book=("i4", "book side"),
    chain=("i4", "next level in the hash chain; next free row"),
    next=("i4", "next far level of the book side"),
    previous=("i4", "previous one"),
)

FAR_HASH = columns(head=("i4", "first level of the chain"))

WORD = columns(bits=("u8", "64 levels, or 64 words of the layer below"))
