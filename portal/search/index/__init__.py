"""The in-memory facet index: how it is built, updated and shared between threads."""
