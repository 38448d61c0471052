"""Read models: projects and terms as read-only values, as a search returns them."""
