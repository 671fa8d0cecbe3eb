"""E-mails, by Python's own ``email``: a few header lines, the text, and the names of what is attached."""

from __future__ import annotations

import email
import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import cast

from index.errors import SourceError
from index.formats.content import Builder, Content, without_halves
from index.formats.html import add_page, parse
from index.formats.text import decode

_SHOWN_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_LOCKED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_WORD = re.compile(r"\w+")


class _Policy(EmailPolicy):
    """Reads headers that hold bytes beyond ASCII as UTF-8 (RFC 6532), or else as what stood there before it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        raw = value.encode("ascii", "surrogateescape")
        try:
            return name, raw.decode()
        except UnicodeDecodeError:
            return name, raw.decode("cp1252", "replace")


def read_eml(data: bytes) -> Content:
    """Read a message. Its plain text is read rather than its HTML where they say the same."""
    message = _parsed(data.lstrip())
    if not any(name in message for name in _SHOWN_HEADERS):
        raise SourceError("it has no header of an e-mail; save the message as .eml, or give it the suffix .txt")
    if message.get_content_type() in _LOCKED:
        raise SourceError("it is encrypted; open it in your mail program and save its text")
    builder = Builder()
    _add_message(builder, message)
    author = date = None
    with suppress(Exception):  # the library raises anything at all on headers that are no addresses
        address = message["From"].addresses[0]
        author = address.display_name or (address.addr_spec if address.domain else address.username)
    with suppress(Exception):
        date = message["Date"].datetime.isoformat()
    return builder.content(title=_header(message, "Subject"), author=author, date=date)


def _parsed(data: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(data, policy=_Policy()))


def _header(message: EmailMessage, name: str) -> str | None:
    """Return a header as it was written, but for encoded words; what the library makes of addresses is not that."""
    raw = next((value for known, value in message.raw_items() if known.lower() == name.lower()), "")
    line = " ".join(str(raw).split())
    with suppress(SourceError, HeaderParseError, ValueError):
        words = [
            word if isinstance(word, str) else decode(word, charset) if charset else word.decode("raw_unicode_escape")
            for word, charset in decode_header(line)
        ]
        line = " ".join("".join(words).split())
    return without_halves(line) or None


def _add_message(builder: Builder, message: EmailMessage) -> None:
    builder.apart()
    for name in _SHOWN_HEADERS:
        if value := _header(message, name):
            builder.line(f"{name}: {value}", whole=True)
    builder.apart()
    _add_part(builder, message)


def _add_part(builder: Builder, part: EmailMessage) -> None:
    """Add what a mail program shows of a part, and of the parts inside it."""
    kind, name = part.get_content_type(), part.get_filename()
    inside = [item for item in part.iter_parts() if isinstance(item, EmailMessage)] if part.is_multipart() else []
    if kind == "message/rfc822":
        for message in inside:
            _add_message(builder, _unwrapped(message, part))
    elif kind == "multipart/alternative":
        for item in _chosen(inside):
            _add_part(builder, item)
    elif part.is_multipart():
        for item in inside:
            _add_part(builder, item)
    elif kind in ("text/plain", "text/html") and not part.is_attachment():
        builder.apart()
        if kind == "text/plain":
            builder.text(_text(part))
        else:
            add_page(builder, parse(_payload(part), part.get_content_charset()))
    elif name:
        builder.apart()
        builder.line(f"Attachment: {without_halves(name)}", whole=True)


def _unwrapped(message: EmailMessage, part: EmailMessage) -> EmailMessage:
    """Return the message of a part, which no program should write in base64, and some do."""
    if message.keys() or str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return message
    message["Content-Transfer-Encoding"] = "base64"
    return _parsed(_payload(message))


def _chosen(parts: list[EmailMessage]) -> list[EmailMessage]:
    """Return the form of a text that is read, and what was attached within another form."""
    if not parts:
        return []
    preferred = _preferred(parts)
    others = (part for part in parts if part is not preferred and part.get_content_type() == "multipart/mixed")
    inside = (item for other in others for item in other.iter_parts() if isinstance(item, EmailMessage))
    is_text = ("text", "multipart")
    return [preferred, *(item for item in inside if item.is_attachment() or item.get_content_maintype() not in is_text)]


def _preferred(parts: list[EmailMessage]) -> EmailMessage:
    """Return the plain text if it is the message, else the richest form that is no calendar entry, which comes last."""
    plain = [part for part in parts if part.get_content_type() == "text/plain" and _text(part).strip()]
    rich = [part for part in parts if part.get_content_type() == "text/html" or part.is_multipart()]
    if plain and not (rich and _is_stub(plain[0], rich[-1])):
        return plain[0]
    return [*parts, *rich][-1]


def _is_stub(plain: EmailMessage, rich: EmailMessage) -> bool:
    """Whether the plain text only says that there is HTML, which is much longer, or longer and in other words."""
    pages = (part for part in rich.walk() if part.get_content_type() == "text/html")
    page = next((part for part in pages if not part.is_attachment()), None)
    if page is None:
        return False
    builder = Builder()
    with suppress(SourceError):
        add_page(builder, parse(_payload(page), page.get_content_charset()))
    said, shown = (_WORD.findall(text.casefold()) for text in (_text(plain), builder.content().text))
    says_the_same = 2 * sum(map(set(shown).__contains__, said)) >= len(said)
    return len(shown) > len(said) * (3 if says_the_same else 1)


def _text(part: EmailMessage) -> str:
    return decode(_payload(part), part.get_content_charset())


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise SourceError("it is damaged: one of its parts cannot be decoded; save it anew")
    return payload
