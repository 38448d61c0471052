"""Pages for administrators: accounts and the audit log."""
