"""Runs a function side by side in several processes.

Apart from `__main__`, whose functions a spawned process cannot import.
"""

import multiprocessing
import os


def run_all(log_folder, function, arguments):
    """Call a function once with each of the arguments, side by side in processes that import the portal themselves."""
    processes = multiprocessing.get_context("spawn")
    started = []
    for number, values in enumerate(arguments):
        log = log_folder / f"{function.__module__.rpartition('.')[2]}-{number}.log"
        started.append(processes.Process(target=run_logged, args=(log, function, values)))
        started[-1].start()
    for process in started:
        process.join()


def run_logged(log, function, values):
    with log.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        function(*values)
