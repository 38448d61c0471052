"""The languages of the portal: which there are, which one is spoken now, and its words. Knows no web framework."""
