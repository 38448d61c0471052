"""Access control, CSRF, cookies, request limits."""
