"""IATI activity files as rows."""
