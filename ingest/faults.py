"""What the network's faults are called: exceptions of sockets, TLS and HTTP become a reason and a line that says it."""

import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from enum import Enum, auto

import httpcore

from ingest.errors import FetchError
from storage.records import Reason


class Phase(Enum):
    """How far an exchange had come: the same exception means another thing in each."""

    LOOK_UP = auto()
    CONNECT = auto()
    TLS = auto()
    ANSWER = auto()
    BODY = auto()


# Codes of X509_verify_cert(3): https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_CERTIFICATE_FAULTS = {
    9: "its certificate is not yet valid",
    10: "its certificate has expired",
    18: "its certificate is not trusted: it is signed by itself",
    19: "its certificate is not trusted: an unknown authority signed it",
    20: "its certificate is not trusted: an unknown authority signed it",
    21: "its certificate is not trusted: the server left out what links it to a known authority",
    23: "its certificate is revoked",
    62: "its certificate is for another host",
    64: "its certificate is for another host",
}
_TLS_FAULTS = {
    "WRONG_VERSION_NUMBER": "it speaks plain text here, not TLS",
    "HTTP_REQUEST": "it speaks plain text here, not TLS",
    "PACKET_LENGTH_TOO_LONG": "it speaks plain text here, not TLS",
    "RECORD_LAYER_FAILURE": "it speaks plain text here, not TLS",
    "UNSUPPORTED_PROTOCOL": "it offers only versions of TLS that are no longer safe",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it offers only versions of TLS that are no longer safe",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": "it asks for unsafe renegotiation",
    "DH_KEY_TOO_SMALL": "its keys are too short to be safe",
    "EE_KEY_TOO_SMALL": "its keys are too short to be safe",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it refused the handshake",
    "TLSV1_UNRECOGNIZED_NAME": "it does not know this host name",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it asks for a certificate of ours",
    "UNEXPECTED_EOF_WHILE_READING": "it hung up in the handshake",
}
_LOOK_UP_FAULTS = {
    socket.EAI_NONAME: "no such name",
    socket.EAI_AGAIN: "the name servers did not answer",
    socket.EAI_FAIL: "the name servers failed",
}


@contextlib.contextmanager
def named_faults(phase: Phase) -> Iterator[None]:
    """Raise what the network raises in here as FetchError."""
    try:
        yield
    except (OSError, httpcore.ProxyError, httpcore.NetworkError, httpcore.ProtocolError, UnicodeError) as exc:
        raise named(phase, exc) from exc


def named(phase: Phase, exc: Exception) -> FetchError:
    """The reason of a fault."""
    cause = _innermost(exc)
    if isinstance(cause, ssl.SSLError):
        return FetchError(Reason.TLS, _tls_detail(cause))
    if isinstance(exc, httpcore.ProxyError):
        return FetchError(Reason.CONNECT, f"the proxy refused: {exc}")
    if isinstance(exc, httpcore.LocalProtocolError):
        return FetchError(Reason.PROTOCOL, f"such a request cannot be sent: {exc}")
    if isinstance(exc, httpcore.RemoteProtocolError):
        return _protocol_fault(phase, str(exc))
    return _socket_fault(phase, cause)


def _innermost(exc: BaseException) -> BaseException:
    while exc.__cause__ is not None:
        exc = exc.__cause__
    return exc


def _tls_detail(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return _CERTIFICATE_FAULTS.get(exc.verify_code, f"its certificate is not trusted: {exc.verify_message}")
    return _TLS_FAULTS.get(exc.reason or "", f"the handshake failed: {exc.reason or exc}")


def _protocol_fault(phase: Phase, message: str) -> FetchError:
    if "without sending a response" in message:
        return FetchError(Reason.CONNECT, "the server hung up without an answer")
    if phase is Phase.BODY and "closed connection" in message:
        return FetchError(Reason.TRUNCATED, f"the body breaks off: {message}")
    if "too long" in message:
        return FetchError(Reason.PROTOCOL, "a header or chunk size of more than 100 kB")
    return FetchError(Reason.PROTOCOL, f"not an HTTP answer: {message.partition(': bytearray')[0]}")


def _socket_fault(phase: Phase, exc: BaseException) -> FetchError:
    said = _said(exc)
    match phase:
        case Phase.LOOK_UP:
            return FetchError(Reason.DNS, said)
        case Phase.CONNECT:
            return FetchError(Reason.CONNECT, said)
        case Phase.TLS:
            return FetchError(Reason.TLS, f"it hung up in the handshake ({said})")
        case Phase.ANSWER:
            return FetchError(Reason.CONNECT, f"the connection broke before an answer came ({said})")
        case Phase.BODY:
            return FetchError(Reason.TRUNCATED, f"the body breaks off ({said})")


def _said(exc: BaseException) -> str:
    if isinstance(exc, socket.gaierror):
        return _LOOK_UP_FAULTS.get(exc.errno or 0, exc.strerror or str(exc))
    if isinstance(exc, UnicodeError):
        return "no such name can be"
    if isinstance(exc, OSError) and exc.errno:
        return os.strerror(exc.errno).lower()
    return str(exc).lower() or type(exc).__name__
