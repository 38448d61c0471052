"""IATI 2.03: a record as an activity, and what IATI cannot say of it."""
