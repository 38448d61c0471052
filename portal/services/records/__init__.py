"""The fields of a project: reading and validating values, finding terms and duplicates."""
