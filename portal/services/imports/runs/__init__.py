"""Import runs: the journal of what each did, and how to undo it."""
