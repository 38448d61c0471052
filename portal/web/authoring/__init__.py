"""Writing a project: the form, drafts, checks and preview."""
