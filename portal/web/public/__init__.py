"""The public pages and the project directory."""
