"""Writes many rows at once, at the speed of the driver."""
