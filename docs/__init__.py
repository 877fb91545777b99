"""Pages for readers, and the programs that make some of them."""
