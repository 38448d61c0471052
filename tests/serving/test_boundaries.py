"""Where one request ends and the next begins: what two servers could read in two ways is refused, on raw sockets.

Each message is followed by another request on the same connection. It is answered only when the message before it
has one meaning; else the connection is closed, and nothing that was hidden in a body is ever taken for a request.
"""

import re
import socket
import time
from urllib.parse import urlsplit

import pytest

PATIENCE = 10  # seconds for an answer
# nginx never holds back who asks for this.
NEXT = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\nX: "
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")
SERVERS = ("gunicorn", "proxied")
ADDRESSES = (f"127.0.{third}.{fourth}" for third in range(1, 255) for fourth in range(1, 255))


@pytest.fixture(params=SERVERS)
def port(request):
    """The port of gunicorn alone, and of gunicorn behind nginx."""
    return urlsplit(request.getfixturevalue(request.param).address).port


def say(port, message, *, ends=False):
    """(statuses, everything that came, whether the connection was closed) for these bytes on one connection."""
    got, closed = b"", True
    # Each from an address of its own, all of which are this machine: nginx limits how often one asks after the health.
    source = next(ADDRESSES)
    with socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0)) as line:
        try:
            line.sendall(message)
            if ends:
                line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65_536):
                got += piece
        except TimeoutError:
            closed = False
        except ConnectionError:
            # Closed while we were still talking.
            pass
    return [int(status) for status in _STATUS.findall(got)], got, closed


def post(*lines, body=b"", target="/sign-in", version="1.1"):
    """A form of our own page, as far as its sender says, with these lines in its head."""
    head = [
        f"POST {target} HTTP/{version}", "Host: localhost", "Origin: http://localhost", "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded", *lines,
    ]  # fmt: skip
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


LENGTH = f"Content-Length: {len(HIDDEN)}"
CHUNKED = "Transfer-Encoding: chunked"
NONE_LEFT = b"0\r\n\r\n"
TWO_MEANINGS = {
    "a length and chunks": post(LENGTH, CHUNKED, body=NONE_LEFT + HIDDEN),
    "chunks and a length": post(CHUNKED, LENGTH, body=NONE_LEFT + HIDDEN),
    "two lengths": post("Content-Length: 0", LENGTH, body=HIDDEN),
    "two lengths that agree": post(LENGTH, LENGTH, body=HIDDEN),
    "a list of lengths": post(f"Content-Length: 0, {len(HIDDEN)}", body=HIDDEN),
    "a length with a sign": post("Content-Length: +0", body=HIDDEN),
    "a length below nothing": post("Content-Length: -1", body=HIDDEN),
    "a length in hexadecimal": post("Content-Length: 0x0", body=HIDDEN),
    "a length with an underscore": post("Content-Length: 1_0", body=HIDDEN),
    "a length that is empty": post("Content-Length: ", body=HIDDEN),
    "a length in other digits": post("Content-Length: \xb2", body=HIDDEN),
    "a length with a space before its colon": post("Content-Length : 0", body=HIDDEN),
    "chunks by another name": post("Transfer-Encoding: xchunked", body=NONE_LEFT + HIDDEN),
    "chunks in quotes": post('Transfer-Encoding: "chunked"', body=NONE_LEFT + HIDDEN),
    "chunks after a vertical tab": post("Transfer-Encoding: \x0bchunked", body=NONE_LEFT + HIDDEN),
    "chunks with a space before the colon": post("Transfer-Encoding : chunked", body=NONE_LEFT + HIDDEN),
    "chunks twice": post("Transfer-Encoding: chunked, chunked", body=NONE_LEFT + HIDDEN),
    "two encodings": post(CHUNKED, "Transfer-Encoding: identity", body=NONE_LEFT + HIDDEN),
    "chunks that are not last": post("Transfer-Encoding: chunked, identity", body=NONE_LEFT + HIDDEN),
    "an encoding that is none": post("Transfer-Encoding: identity", LENGTH, body=HIDDEN),
    "chunks of an old version": post(CHUNKED, body=NONE_LEFT + HIDDEN, version="1.0"),
    "a folded header": post("Transfer-Encoding:\r\n chunked", body=NONE_LEFT + HIDDEN),
    "a length in a folded header": post("X-Note: a", f" {LENGTH}", body=HIDDEN),
    "a bare LF inside a header": post(f"X-Note: a\n{CHUNKED}", LENGTH, body=NONE_LEFT + HIDDEN),
    "a bare CR inside a header": post(f"X-Note: a\r{CHUNKED}", LENGTH, body=NONE_LEFT + HIDDEN),
    "NUL in a header": post("X-Note: a\0b", LENGTH, body=HIDDEN),
    "a header without a name": post(": x", "Content-Length: 0, 0", body=HIDDEN),
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "one host twice": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "a method in small letters": b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another version": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "the first bytes of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}
BAD_CHUNKS = {
    "a size below nothing": b"-1\r\n\r\n",
    "a size with a prefix": b"0x0\r\n\r\n",
    "a size with an underscore": b"0_0\r\n\r\n",
    "a size that is no number": b"g\r\n\r\n",
    "a size after a space": b" 0\r\n\r\n",
    "more than was announced": b"1\r\nabc\r\n" + NONE_LEFT,
    "a size beyond all bounds": b"f" * 40 + b"\r\nab\r\n" + NONE_LEFT,
}
# nginx takes these as what they most likely mean, and hands one request on; gunicorn alone refuses them.
LENIENT = {
    "lines that end in a bare LF": post("Content-Length: 0").replace(b"\r\n", b"\n"),
    "a line without a colon": post("Nonsense", "Content-Length: 0"),
    "chunks whose lines end in a bare LF": post(CHUNKED, body=b"1\na\n0\n\n"),
    "a note to a chunk that ends in a bare LF": post(CHUNKED, body=b"1;\na\r\n0\r\n\r\n"),
}


def assert_next_to_nothing(port):
    """Whoever comes next gets the answer to what he asked."""
    for _ in range(4):
        statuses, got, _ = say(port, NEXT)
        assert statuses == [200]
        assert got.endswith(b"\r\n\r\nok")


@pytest.mark.parametrize("what", TWO_MEANINGS)
def test_a_message_with_two_meanings_is_refused_and_the_connection_closed(port, what):
    statuses, _, closed = say(port, TWO_MEANINGS[what] + b"\r\n\r\n" + NEXT)
    assert closed
    assert len(statuses) == 1
    assert statuses[0] in (400, 501, 505)
    assert_next_to_nothing(port)


@pytest.mark.parametrize("what", BAD_CHUNKS)
def test_a_body_in_bad_chunks_ends_the_connection(port, what):
    statuses, _, closed = say(port, post(CHUNKED, body=BAD_CHUNKS[what]) + NEXT)
    assert closed
    assert statuses
    assert set(statuses) <= {400, 411}
    assert_next_to_nothing(port)


@pytest.mark.parametrize("what", LENIENT)
def test_what_a_proxy_forgives_is_one_request_all_the_same(proxied, what):
    port = urlsplit(proxied.address).port
    statuses, _, _ = say(port, LENIENT[what] + NEXT)
    assert statuses == [403, 200]
    assert_next_to_nothing(port)


@pytest.mark.parametrize("what", LENIENT)
def test_what_a_proxy_forgives_is_refused_without_one(gunicorn, what):
    statuses, _, closed = say(urlsplit(gunicorn.address).port, LENIENT[what] + NEXT)
    assert closed
    assert set(statuses) <= {400, 411}


def test_a_request_in_a_body_is_no_request(port):
    statuses, _, _ = say(port, post(LENGTH, body=HIDDEN) + NEXT)
    assert statuses == [403, 200]


def test_a_request_in_the_body_of_a_get_is_no_request(port):
    statuses, _, _ = say(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n%b\r\n\r\n%b" % (LENGTH.encode(), HIDDEN) + NEXT)
    assert statuses == [200, 200]


@pytest.mark.parametrize("name", ["Content_Length: 400", "Transfer_Encoding: chunked", "X_Forwarded_For: 203.0.113.9"])
def test_a_header_with_an_underscore_is_not_there(port, name):
    statuses, _, _ = say(port, post(name, "Content-Length: 0") + NEXT)
    assert statuses == [403, 200]


@pytest.mark.parametrize(
    ("request_line", "host"),
    [
        ("http://evil.example/", "localhost"), ("http://localhost/", "evil.example"), ("/", "evil.example"),
        ("http://localhost@evil.example/", "localhost"), ("//evil.example/", "localhost"), ("/", "a b"), ("/", ""),
        ("/\\evil.example", "localhost"), ("/", "localhost, evil.example"), ("/", "localhost:80:evil.example"),
    ],
)  # fmt: skip
def test_another_host_appears_in_no_answer(port, request_line, host):
    message = f"GET {request_line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    _, got, closed = say(port, message)
    assert closed
    assert b"evil" not in got.replace(b"evil.example/\xe2\x80\x9d", b"")


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        (f"GET /?{'x' * 9_000} HTTP/1.1\r\nHost: localhost\r\n", {414}),
        (f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Note: {'x' * 9_000}\r\n", {400, 431}),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"X-{n}: a\r\n" for n in range(200)), {431}),
    ],
)
def test_a_head_that_is_too_large_is_refused(port, head, statuses):
    found, _, _ = say(port, f"{head}Connection: close\r\n\r\n".encode())
    assert len(found) == 1
    assert set(found) <= statuses


CUT = {
    "fewer bytes than announced": post("Content-Length: 300", body=b"email=a"),
    "half a chunk": post(CHUNKED, body=b"50\r\nemail=a"),
    "chunks without an end": post(CHUNKED, body=b"7\r\nemail=a\r\n"),
    "half a head": post("Content-Length: 0")[:80],
    "nothing": b"",
}


@pytest.mark.parametrize("what", CUT)
def test_a_message_that_breaks_off_is_not_taken_for_a_whole_one(port, what):
    began = time.monotonic()
    statuses, _, closed = say(port, CUT[what], ends=True)
    assert closed
    assert set(statuses) <= {400, 411}
    assert time.monotonic() - began < PATIENCE
    assert_next_to_nothing(port)


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(port):
    statuses, _, _ = say(port, post("Content-Length: 99999999", "Connection: close"), ends=True)
    assert statuses == [413]
