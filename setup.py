"""Lists the packages of the wheel, which holds the top-level folders templates/ and static/ inside portal/."""

import shutil

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

MOVED_INTO_PACKAGE = ("templates", "static")


class CleanBuild(build_py):
    """Empties build/lib first: setuptools would pack files of earlier builds whose sources were renamed or deleted."""

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
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
