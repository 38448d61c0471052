"""Writing a project: form, drafts, checks and preview."""
