"""Facets, workflow states and the term lists in portal/terms."""
