"""Data and Research: what the records of any search add up to, as charts, tables and files."""
