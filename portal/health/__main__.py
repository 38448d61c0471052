"""python -m portal.health FD [REPLACED...]: keeps the listener on this inherited socket running until its parent ends.

REPLACED are processes that do so already; they are ended once this one knows as much.

deploy/gunicorn.conf.py starts it. Only the standard library is imported here, so that it answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

_RESTART_SECONDS = 1.0
_LOOK_SECONDS = 0.5


def keep_running(descriptor: int, parent: int, replaced: Sequence[int]) -> None:
    """Start the listener, and again whenever it ends, as long as `parent` is our parent."""
    child = 0

    def stop(_number: int, _frame: FrameType | None) -> None:
        if child:
            os.kill(child, signal.SIGTERM)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    # Ctrl-C reaches the whole group; the parent says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.getppid() == parent:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _listen(descriptor, parent, replaced)
        replaced = ()
        while os.getppid() == parent and not os.waitpid(child, os.WNOHANG)[0]:
            time.sleep(_LOOK_SECONDS)
        if os.getppid() == parent:
            from portal import logs

            logs.say("The health listener ended and is started again.")
            time.sleep(_RESTART_SECONDS)
    stop(signal.SIGTERM, None)


def _listen(descriptor: int, parent: int, replaced: Sequence[int]) -> None:
    try:
        from portal.health.listener import serve

        serve(descriptor, parent, replaced)
    finally:
        os._exit(1)


if __name__ == "__main__":
    keep_running(int(sys.argv[1]), os.getppid(), [int(pid) for pid in sys.argv[2:]])
