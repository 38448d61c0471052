"""The fields of a project: reading, checking and comparing their values."""
