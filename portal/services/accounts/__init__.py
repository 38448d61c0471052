"""Accounts, sign-in, sessions, passwords, second factors and one-time links."""
