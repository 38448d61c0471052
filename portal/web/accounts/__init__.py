"""Sign-in and account settings."""
