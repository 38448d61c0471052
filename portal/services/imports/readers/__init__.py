"""Readers of import files: one module a format, and `table`, which detects the format."""
