"""The full-text index; search results are the same on SQLite and PostgreSQL."""
