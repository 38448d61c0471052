"""What a visitor asks: the filters and how the query string is read."""
