"""Formatting, labels, URLs and templates: how values, filters and pages become text and HTML."""
