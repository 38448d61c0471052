"""The search request: the filters and how they are parsed from the query string."""
