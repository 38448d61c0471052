"""Backups of the database, and what a restore does with one, for SQLite and PostgreSQL."""
