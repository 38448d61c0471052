"""What an operator does: migrations, backup, cleanup, sample and demo data."""
