"""Translations of records: read from forms and files, stored with the source they were made from, and missing ones."""
