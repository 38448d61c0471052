"""The API: the same searches and records as the pages, as JSON for programs."""
