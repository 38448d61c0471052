"""`portal`, the program."""

import atexit
import gc

from portal.app import command_line


def main() -> None:
    """Run the command that the arguments name."""
    # At its end Python looks for cycles among all objects, those of the code too: 0.3 s for what goes with the process.
    atexit.register(gc.freeze)
    command_line()


if __name__ == "__main__":
    main()
