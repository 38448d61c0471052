"""How values, filters and pages are put into words and HTML."""
