"""Snapshots as files, which all processes of a machine map instead of building their own."""
