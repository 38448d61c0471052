"""Lists the packages of the wheel, which holds the top-level folders templates/ and static/ inside portal/."""

import shutil
import sys
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

# The backend of a build does not look for modules beside this file.
sys.path.insert(0, str(Path(__file__).parent))
from portal.i18n.compiling import compile_catalogues

MOVED_INTO_PACKAGE = ("templates", "static")


class CleanBuild(build_py):
    """Compiles the catalogues, and empties build/lib first.

    setuptools would pack files of earlier builds whose sources were renamed or deleted.
    """

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        list(compile_catalogues())
        super().run()


setup(
    cmdclass={"build_py": CleanBuild},
    packages=[
        *find_namespace_packages(include=["portal", "portal.*"]),
        *(f"portal.{folder}" for folder in MOVED_INTO_PACKAGE),
        *(f"portal.{folder}.{name}" for folder in MOVED_INTO_PACKAGE for name in find_namespace_packages(folder)),
    ],
    package_dir={f"portal.{folder}": folder for folder in MOVED_INTO_PACKAGE},
    data_files=[("share/idf-portal", ["deploy/gunicorn.conf.py"])],
)
