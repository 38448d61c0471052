"""Text functions: folding, cleaning and Markdown. Pure."""
