"""How gunicorn serves `make dev`: gunicorn.conf.py with one worker, which restarts when a file changes."""

import traceback
from pathlib import Path
from runpy import run_path

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

ROOT = Path(__file__).resolve().parent.parent


class DevelopmentWorker(ThreadWorker):
    """Answers with the traceback while the portal cannot be imported; gunicorn does so for SyntaxError only."""

    def load_wsgi(self):
        try:
            super().load_wsgi()
        except Exception as error:
            self.log.exception("The portal cannot be imported. The next changed file restarts the worker.")
            self.wsgi = util.make_fail_app("".join(traceback.format_exception(error)))


globals().update(run_path(str(ROOT / "deploy" / "gunicorn.conf.py")))

worker_class = DevelopmentWorker
workers = 1
loglevel = "info"
reload = True
reload_engine = "poll"
# Patterns also match files created after the start.
PATTERNS = ("portal/**/*.py", "portal/**/*.csv", "templates/**/*.html", "static/**/*.*")
reload_extra_files = [str(ROOT / pattern) for pattern in PATTERNS]
