"""What a search returns: projects and terms as read-only values."""
