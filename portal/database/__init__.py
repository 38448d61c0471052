"""The database connection: engines, sessions, the public reader, statement timeouts and encryption at rest."""
