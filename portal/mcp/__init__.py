"""A server of the Model Context Protocol: assistants ask what visitors ask, by the names that people use."""
