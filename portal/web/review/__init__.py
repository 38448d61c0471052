"""Reviewing, publishing and withdrawing revisions."""
