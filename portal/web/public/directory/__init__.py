"""The directory as a page: its pieces, and what is filled into them."""
