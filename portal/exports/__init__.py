"""Files of any selection of projects: what they state of a record, and one module for each format."""
