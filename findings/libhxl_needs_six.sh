#!/usr/bin/env bash
# libhxl 5.2.2, the library for HXL, imports six and does not ask for it. It used to come along with python-dateutil,
# of which 4.0.0 needs it no longer, so `pip install libhxl` in an empty environment gives a package that cannot be
# imported: whoever checks HXL files with it has to install six too.
#
# Output seen on 2026-11-29:
#   libhxl 5.2.2, python-dateutil 4.0.0: No module named 'six'
#   with six: imported
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check libhxl==5.2.2 python-dateutil==4.0.0
said=$("$folder/venv/bin/python" -c 'import hxl' 2>&1 | tail -n 1 || true)
echo "libhxl 5.2.2, python-dateutil 4.0.0: ${said#ModuleNotFoundError: }"
[[ $said == "ModuleNotFoundError: No module named 'six'" ]]
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check six==1.17.0
"$folder/venv/bin/python" -c 'import hxl; print("with six: imported")'
