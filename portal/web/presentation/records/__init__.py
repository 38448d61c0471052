"""What lists print of a record."""
