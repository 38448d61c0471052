"""A dump: a folder with the files of all projects, their description, and what changed since the dump before."""
