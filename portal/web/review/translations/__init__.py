"""Translations at the desk: which public records lack one, by language and by what is wrong."""
