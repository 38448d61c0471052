"""Whether the records in the file are what the portal stored: a checksum of each row, and the nightly comparison."""
