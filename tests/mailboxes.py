"""Mail as tests see it: what the outbox holds, and a server with moods that takes it in."""

import socketserver
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from threading import Event, Lock, Thread

from portal.database.encryption import keyring_for
from portal.models import OutboxMessage
from portal.services.mail.email import Email, as_text

URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Letter:
    """One message of the outbox that is not sent yet."""

    to: str
    kind: str
    subject: str
    text: str
    language: str


def letters(session):
    """What the outbox holds, in the order in which it was stored."""
    session.expire_all()
    rows = session.query(OutboxMessage).order_by(OutboxMessage.id).all()
    found = []
    for row in rows:
        if row.content:
            email = Email.from_json(keyring_for(session()).decrypt(row.content))
            found.append(Letter(row.address, row.kind, email.subject, as_text(email, (), URL), email.language))
    return found


class Postbox(socketserver.ThreadingTCPServer):
    """A mail server without encryption; `letters` are what it took in, `moods` how it treats the next connections.

    A mood is "well", an answer such as "rcpt 550" to one command ("greeting", "mail", "rcpt", "data", "text", "quit"),
    or one of "silent" (says nothing), "slow", "dies in text" and "dies after text" (took it in, and never said so).
    """

    daemon_threads = True

    def __init__(self):
        self.letters, self.moods, self.connections, self._lock = [], deque(), 0, Lock()
        # Set it to end the silence.
        self.gives_up = Event()
        super().__init__(("127.0.0.1", 0), _Postman)

    @property
    def port(self):
        return self.server_address[1]

    def next_mood(self):
        with self._lock:
            self.connections += 1
            return self.moods.popleft() if self.moods else "well"

    def take_in(self, recipient, text):
        with self._lock:
            self.letters.append((recipient, message_from_bytes(text, policy=policy.default)))

    @property
    def recipients(self):
        return sorted(recipient for recipient, _ in self.letters)


class _Postman(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self):
        self.mood, self.recipient = self.server.next_mood(), ""
        try:
            self.converse()
        except OSError:
            return

    def converse(self):
        if self.mood == "silent":
            self.server.gives_up.wait(30)
            return
        self.say("greeting", b"220 ready")
        for line in self.rfile:
            command = line.decode().strip()
            verb = command[:4].lower()
            if verb == "rcpt":
                self.recipient = command.partition("<")[2].partition(">")[0]
            if verb == "data":
                if self.say("data", b"354 go on") and not self.read_text():
                    return
            elif verb == "quit":
                self.say("quit", b"221 bye")
                return
            else:
                self.say(verb, b"250 fine")

    def read_text(self):
        """Take the text in; False if this server dies over it."""
        if self.mood == "dies in text":
            self.rfile.read(20)
            return False
        text = b"".join(iter(self.rfile.readline, b".\r\n"))
        if self.mood.startswith("text"):
            self.say("text", b"")
            return True
        self.server.take_in(self.recipient, text)
        if self.mood == "dies after text":
            return False
        self.say("text", b"250 taken")
        return True

    def say(self, command, usual):
        """Answer a command as the mood wants it; True if it was the usual answer."""
        if self.mood == "slow":
            time.sleep(0.1)
        at, _, code = self.mood.partition(" ")
        if at == command and code:
            self.wfile.write(f"{code} not like this\r\n".encode())
            return False
        self.wfile.write(usual + b"\r\n")
        return True


@contextmanager
def postbox():
    with Postbox() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.gives_up.set()
            server.shutdown()
