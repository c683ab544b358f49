"""One self-contained HTML page: what it is made of, how it looks, how it is written."""
