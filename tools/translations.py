"""The catalogues of translators: messages of code and templates are put into them, or they are checked against those.

python -m tools.translations            # make translations
python -m tools.translations --check    # part of make check
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from portal.config import ROOT
from portal.i18n.catalogues import FOLDER
from portal.i18n.languages import DEFAULT_CODES, SOURCE

LANGUAGES = [code for code in DEFAULT_CODES if code != SOURCE.code]
SHOWN = 5


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def pybabel(*arguments: str | Path) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *map(str, arguments)])


def extract(target: Path) -> None:
    """All messages of the portal, with the files they are in. gettext and its like are Babel's own keywords."""
    options = (
        "--keywords=N_",
        "--keywords=NC_:1c,2",
        "--keywords=left_out:1,2",
        "--add-location=file",
        "--sort-by-file",
        "--project=portal",
    )
    pybabel("extract", "--mapping-file=pyproject.toml", *options, f"--output={target}", ".")


def update(template: Path) -> None:
    """Put new messages into each catalogue, take out those that are gone, and mark as fuzzy what is only similar."""
    for language in LANGUAGES:
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        options = ("--ignore-obsolete", "--ignore-pot-creation-date", "--previous", "--init-missing")
        pybabel("update", *options, f"--input-file={template}", f"--output-file={path_of(language)}", f"-l{language}")


def read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def names(catalogue: Catalog) -> set[str]:
    """Its messages as they are told apart, by context and English: one text may be two messages."""
    return {
        f"{message.context!r} {message.id!r}" if message.context else repr(message.id)
        for message in catalogue
        if message.id
    }


def problems(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What keeps a catalogue from being shown: each in one line."""
    wanted, known = names(template), names(catalogue)
    yield from (f"lacks {message}" for message in sorted(wanted - known))
    yield from (f"has {message}, which the portal no longer says" for message in sorted(known - wanted))
    for message in catalogue:
        if message.id and message.fuzzy:
            yield f"line {message.lineno} is fuzzy: {message.id!r}"
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if any(forms) and not all(forms):
            yield f"line {message.lineno} has not all of its {catalogue.num_plurals} plural forms: {message.id!r}"
    for message, errors in catalogue.check():
        yield from (f"line {message.lineno}: {error}" for error in errors)


def check(template: Catalog) -> int:
    """Print what is wrong with the catalogues, and how much of each is not translated; 1 if anything is wrong."""
    is_wrong = False
    for language in LANGUAGES:
        path = path_of(language)
        if not path.exists():
            found, empty = ["does not exist"], 0
        else:
            catalogue = read(path, language)
            found = list(problems(template, catalogue))
            empty = sum(1 for message in catalogue if message.id and not any(message.string or ()))
        is_wrong = is_wrong or bool(found)
        for problem in found[:SHOWN]:
            print(f"{path.relative_to(ROOT)} {problem}")
        if found[SHOWN:]:
            print(f"{path.relative_to(ROOT)}: {len(found) - SHOWN} more")
        if empty:
            print(f"{path.relative_to(ROOT)}: {empty} messages are not translated; pages show them in English")
    if is_wrong:
        print("Run make translations, then translate what is empty or fuzzy.")
    return int(is_wrong)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        if "--check" in sys.argv[1:]:
            return check(read(template))
        update(template)
    return 0


if __name__ == "__main__":
    sys.exit(main())
