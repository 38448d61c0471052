"""Facets, workflow states and term lists; reads the files in portal/terms."""
