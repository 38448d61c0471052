"""The commands that timers start, and the thread that sends mail."""
