"""The database connection: engines, sessions, the public reader, time limits and encryption at rest."""
