"""The language of a request: the prefix of its address, and the way to the same page in another language."""
