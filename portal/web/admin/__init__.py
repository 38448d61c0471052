"""Pages for administrators: accounts, mail and the audit log."""
