"""`portal`, the program: the application is imported when it runs, not in processes that multiprocessing starts."""

import atexit
import gc


def main() -> None:
    """Run the command that the arguments name."""
    from portal.app import command_line

    # At its end Python looks for cycles among all objects, those of the code too: 0.3 s for what goes with the process.
    atexit.register(gc.freeze)
    command_line()


if __name__ == "__main__":
    main()
