"""Checks of the machine: its clock, disk, files, programs, timers and certificate."""
