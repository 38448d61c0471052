"""Lists the packages of the wheel, which holds the top-level folders templates/ and static/ inside portal/."""

from setuptools import find_namespace_packages, setup

MOVED_INTO_PACKAGE = ("templates", "static")

setup(
    packages=[
        *find_namespace_packages(include=["portal", "portal.*"]),
        *(f"portal.{folder}" for folder in MOVED_INTO_PACKAGE),
        *(f"portal.{folder}.{name}" for folder in MOVED_INTO_PACKAGE for name in find_namespace_packages(folder)),
    ],
    package_dir={f"portal.{folder}": folder for folder in MOVED_INTO_PACKAGE},
    data_files=[("share/idf-portal", ["deploy/gunicorn.conf.py"])],
)
