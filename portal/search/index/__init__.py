"""The in-memory facet index: how it is built, kept current and shared."""
