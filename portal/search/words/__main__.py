"""The process beside the workers that collects the words of all projects: told of folder and database by its input."""

import atexit
import gc
import json
import os
import signal
import sys
from pathlib import Path

from portal.search.words.files import make

# Below everything that answers somebody.
NICENESS = 10

if __name__ == "__main__":
    # Ctrl-C reaches the server and this; it ends without a word, as nothing is lost.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.nice(NICENESS)
    # See portal.__main__.
    atexit.register(gc.freeze)
    folder, database_url = json.load(sys.stdin)
    make(Path(folder), database_url)
