"""What `portal doctor` looks at: one check a module, listed in registry.py."""
