"""Tables and the compiled loops over them."""
