"""`portal`, the program: the application is imported when it runs, not in processes that multiprocessing starts."""


def main() -> None:
    """Run the command that the arguments name."""
    from portal.app import command_line

    command_line()


if __name__ == "__main__":
    main()
