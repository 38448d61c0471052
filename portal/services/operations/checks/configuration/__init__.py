"""Checks of the settings, the keys and who may sign in."""
