"""The desk: reviewing, publishing and withdrawing."""
