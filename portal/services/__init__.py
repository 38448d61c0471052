"""What the portal can do to its records; commands flush, their callers commit."""
