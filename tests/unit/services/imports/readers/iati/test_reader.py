"""IATI files as a whole: what is read, what is refused, and that memory stays bounded."""

import gzip
import lzma
import tracemalloc

import pytest

from portal.errors import UnreadableFile
from portal.services.imports.readers.iati import reader as iati_reader
from portal.services.imports.readers.table import open_table

ACTIVITY = (
    "<iati-activity><iati-identifier>X-{}</iati-identifier><title><narrative>T</narrative></title></iati-activity>"
)


def file_of(*activities, version='version="2.03"'):
    return f"<iati-activities {version}>{''.join(activities)}</iati-activities>".encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, lambda text: b"\xef\xbb\xbf \n" + text])
@pytest.mark.parametrize("version", ["2.01", "2.02", "2.03"])
def test_the_content_decides_and_not_the_name(read_file, pack, version):
    rows, _ = read_file(pack(file_of(ACTIVITY.format(1), ACTIVITY.format(2), version=f'version="{version}"')))
    assert rows == [{"number": "X-1", "title": "T"}, {"number": "X-2", "title": "T"}]


def test_activities_are_numbered_by_their_place(tmp_path):
    (tmp_path / "in.xml").write_bytes(file_of(ACTIVITY.format(1), "<!-- no -->", ACTIVITY.format(2)))
    with open_table(tmp_path / "in.xml") as table:
        assert [row.number for row in table.rows] == [1, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (file_of(version='version="1.01"'), "this is IATI 1.01; versions 2.01 to 2.03 are read"),
        (file_of(version='version="1.0"'), "this is IATI 1.0; versions 2.01 to 2.03 are read"),
        (file_of(version='version="3.0"'), "the version of IATI is '3.0'; it is one of 2.01, 2.02, 2.03"),
        (file_of(version=""), "the version of IATI is missing"),
        (b'<iati-organisations version="2.03"/>', "this is an IATI organisation file, which has no activities"),
        (b"<rss/>", "this is no IATI: the first element is 'rss'"),
        (b'<iati-activities xmlns="urn:x" version="2.03"/>', "not iati-activities of no namespace"),
        (file_of(), "no rows; the file has no activity."),
        (file_of(ACTIVITY.format(1))[:-5], "the XML is damaged"),
        (b"<!DOCTYPE iati-activities>" + file_of(ACTIVITY.format(1)), "the file has a document type (DOCTYPE)"),
        (gzip.compress(file_of(ACTIVITY.format(1)), mtime=0)[:-9], "the compressed file is cut off or damaged"),
    ],
)
def test_another_file_is_refused_with_one_clear_line(read_file, content, said):
    with pytest.raises(UnreadableFile) as caught:
        read_file(content)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_size_of_an_activity_is_bounded(read_file, monkeypatch):
    monkeypatch.setattr(iati_reader, "MAX_ELEMENTS", 10)
    activity = "<iati-activity>" + "<transaction><value/></transaction>" * {9: 4, 12: 5}[9] + "</iati-activity>"
    assert len(read_file(file_of(activity, activity))[0]) == 2
    with pytest.raises(UnreadableFile, match="an activity has more than 10 elements"):
        read_file(file_of(activity.replace("</iati-activity>", "<a/><a/></iati-activity>")))


def test_the_text_of_an_activity_is_bounded(read_file, monkeypatch):
    monkeypatch.setattr(iati_reader, "MAX_TEXT_LENGTH", 20)
    whole = "<iati-activity><title>{}</title><transaction>{}</transaction></iati-activity>"
    assert read_file(file_of(whole.format("x" * 20, "skipped" * 10), whole.format("y", "")))[0] == [
        {"title": "x" * 20},
        {"title": "y"},
    ]
    with pytest.raises(UnreadableFile, match="an activity has more than 20 characters"):
        read_file(file_of(whole.format("x" * 21, "")))


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "in.xml"
    with path.open("wb") as file:
        file.write(b'<iati-activities version="2.03">')
        for number in range(5_000):
            file.write(ACTIVITY.format(number).replace("<title>", "<result>x</result>" * 20 + "<title>").encode())
        file.write(b"</iati-activities>")
    with open_table(path) as table:
        tracemalloc.start()
        try:
            assert sum(1 for _ in table.rows) == 5_000
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 2_000_000
