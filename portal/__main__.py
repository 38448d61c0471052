"""`portal`, the program."""

import atexit
import gc


def main() -> None:
    """Run the command that the arguments name."""
    # Nearly all that loading makes stays. To look for cycles in it, now or later, takes a tenth of the time until a
    # command begins.
    gc.disable()
    from portal.app import command_line

    gc.freeze()
    gc.enable()
    # At its end Python looks for cycles among all objects, those of the code too: 0.3 s for what goes with the process.
    atexit.register(gc.freeze)
    command_line()


if __name__ == "__main__":
    main()
