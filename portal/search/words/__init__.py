"""Words in memory: finds projects by words without asking the database; phrases and identifiers are left to it."""
