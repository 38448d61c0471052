"""The check of the certificate, against real TLS servers on another address of this machine."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.services.operations.checks.machine import certificate

# The portal takes 127.0.0.1 for an address that needs no certificate.
HOST = "127.0.0.2"


def certify(folder, *, days, host=HOST):
    """The paths of a certificate that signs itself and expires in so many days, and of its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    expires_at = datetime.now(UTC) + timedelta(days=days, hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(expires_at - timedelta(days=90))
        .not_valid_after(expires_at)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def served(tmp_path, monkeypatch):
    """served(days=…) is the address of a server with such a certificate, which this process trusts."""
    sockets = []

    def start(*, is_trusted=True, **options):
        path, key = certify(tmp_path, **options)
        if is_trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, key)
        door = socket.create_server((HOST, 0))
        sockets.append(door)

        def answer():
            try:
                with context.wrap_socket(door.accept()[0], server_side=True) as secure:
                    secure.recv(1)
            except OSError:
                return

        Thread(target=answer, daemon=True).start()
        return f"https://{HOST}:{door.getsockname()[1]}"

    yield start
    for door in sockets:
        door.close()


@pytest.mark.parametrize(("days", "state"), [(60, "ok"), (20, "warning"), (3, "problem")])
def test_a_certificate_is_renewed_before_it_expires(days, state, served, said):
    ((found, text),) = said(certificate.check, public_url=served(days=days))
    assert found == state
    assert f"{days} days." in text
    assert ("certbot renew" in text) == (state != "ok")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"days": -1}, "certificate has expired"),
        ({"days": 60, "host": "192.0.2.1"}, "IP address mismatch"),
        ({"days": 60, "is_trusted": False}, "self-signed certificate"),
    ],
)
def test_a_certificate_that_browsers_refuse_is_a_problem(options, reason, served, said):
    ((found, text),) = said(certificate.check, public_url=served(**options))
    assert (found, reason in text) == ("problem", True)


def test_a_server_that_is_away_or_silent_is_said(said, monkeypatch):
    monkeypatch.setattr(certificate, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server((HOST, 0)) as door:
        address = f"https://{HOST}:{door.getsockname()[1]}"
        silent = said(certificate.check, public_url=address)
    away = said(certificate.check, public_url=address)
    assert [state for state, _ in (*silent, *away)] == ["warning", "warning"]
    assert ("timed out" in silent[0][1], "refused" in away[0][1]) == (True, True)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://localhost", "https://portal.localhost:8443"])
def test_an_address_of_this_machine_needs_none(address, said):
    assert said(certificate.check, public_url=address)[0][0] == "ok"
