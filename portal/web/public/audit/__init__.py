"""The history of a record and the published audit log, for the public."""
