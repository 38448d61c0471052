"""Documents of JSON that are larger than memory."""

import io
import tracemalloc

import orjson
import pytest

from portal.errors import UnreadableFile
from portal.services.imports.readers.json_stream import MAX_VALUE_LENGTH, list_elements


def elements(text):
    stream = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return list(list_elements(stream, "in.json", ("grants", "items")))


@pytest.mark.parametrize(
    "text",
    [
        '{"grants": [{"id": "a"}, {"id": "b"}]}',
        '\ufeff\n{ "version" : "1.1" ,"more":{"x":[1,{"grants":[9]}]}, "grants"\n:[\n{"id":"a"} ,\t{"id":"b"}\n]\n}\n',
        '{"grants": [{"id": "a"}, {"id": "b"}], "description": "later"}',
    ],
)
def test_the_elements_of_the_list_are_read(text):
    assert elements(text) == [("grants", {"id": "a"}), ("grants", {"id": "b"})]


def test_only_the_first_of_the_lists_is_read():
    assert elements('{"items": [1], "grants": [2]}') == [("items", "1")]


@pytest.mark.parametrize(
    ("number", "text"),
    [("64240", "64240"), ("64240.0", "64240"), ("0.10", "0.10"), ("1e3", "1e3"), ("-1.5", "-1.5"),
     ("12345678901234567890.01", "12345678901234567890.01")],
)  # fmt: skip
def test_numbers_stay_as_they_are_written(number, text):
    assert elements(f'{{"grants": [{number}]}}') == [("grants", text)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_where_the_pieces_end_does_not_matter(monkeypatch, size):
    monkeypatch.setattr("portal.services.imports.readers.json_stream._CHUNK_BYTES", size)
    text = '{"a": 12345, "grants": [1234567, "Côte \\u0041", {"b": [true, null]}, []], "z": 1.25}'
    assert [value for _, value in elements(text)] == ["1234567", "Côte A", {"b": [True, None]}, []]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"grants": [1, 2', "a ] is missing after number 2 of grants"),
        ('{"grants": [1, 2]', "a } is missing at the end"),
        ('{"grants": [1, {"id": }]}', "number 2 of grants is no valid JSON"),
        ('{"grants": [1 2]}', "a ] is missing after number 1 of grants"),
        ('{"grants": [NaN]}', "NaN is no number of JSON"),
        ('{"grants": []} x', "text follows the end"),
        ('{"grants" []}', "a : is missing after 'grants'"),
        (b'{"grants": ["\xe9"]}', "it is not UTF-8 text"),
        ('{"grants": [' + "[" * 100_000 + "]", "number 1 of grants is no valid JSON"),
        ("{}", "no object with a list “grants” or “items”"),
        ('{"grants": 1}', "no object with a list “grants” or “items”"),
        ("[1]", "no object with a list “grants” or “items”"),
    ],
)
def test_what_cannot_be_read_says_where(text, said):
    with pytest.raises(UnreadableFile, match=said):
        elements(text)


def test_one_value_is_not_read_without_end():
    with pytest.raises(UnreadableFile, match="longer than 4,000,000 characters"):
        elements('{"grants": ["' + "x" * (MAX_VALUE_LENGTH * 2))


def test_memory_does_not_grow_with_the_list():
    one = orjson.dumps({"id": "x" * 1_000})
    text = b'{"grants": [' + b",".join([one] * 4_000) + b"]}"
    stream = io.BytesIO(text)
    tracemalloc.start()
    try:
        assert sum(1 for _ in list_elements(stream, "in.json", ("grants",))) == 4_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
