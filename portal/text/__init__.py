"""Text alone: folding, cleaning and Markdown. Pure; knows no database."""
