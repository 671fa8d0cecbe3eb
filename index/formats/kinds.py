"""What a file is, whatever its suffix says; and the kinds that are refused, with what to do instead."""

from __future__ import annotations

import re

from index.errors import SourceError

_IMAGE = "save it as .png or .jpg, so that its text can be recognised"
_SOUND = "a recording has no text to copy; transcribe it and add the transcript as .txt, .srt or .vtt"
_PACKED = "unpack it and add the files inside"

REFUSED = {
    ".doc": "save it as .docx",
    ".dot": "save it as .docx",
    ".wpd": "save it as .docx",
    ".wps": "save it as .docx",
    ".pages": "export it as .docx",
    ".xls": "save it as .xlsx",
    ".xlsb": "save it as .xlsx",
    ".numbers": "export it as .xlsx",
    ".ppt": "save it as .pptx",
    ".pps": "save it as .pptx",
    ".key": "export it as .pptx",
    ".msg": "save it as .eml",
    ".pst": "export its messages as .eml",
    ".mbox": "export its messages as .eml",
    ".mobi": "convert it to .epub",
    ".azw": "convert it to .epub",
    ".azw3": "convert it to .epub",
    ".djvu": "convert it to a PDF with text",
    **dict.fromkeys((".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"), _PACKED),
    **dict.fromkeys((".heic", ".avif", ".svg"), _IMAGE),
    **dict.fromkeys((".mp3", ".wav", ".m4a", ".ogg", ".flac", ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"), _SOUND),
}
"""File suffix (lower case) -> what to do with a file of a kind that is not read."""

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SIGNATURES = (
    (re.compile(rb"%PDF-"), "a PDF", ".pdf"),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "a zip archive", ".zip"),
    (re.compile(rb"\{\\rtf"), "rich text", ".rtf"),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+)?html", re.I),
        "HTML",
        ".html",
    ),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*"), "an image", None),
    (re.compile(rb"MZ|\x7fELF"), "a program", None),
)


def refusal(data: bytes, suffix: str) -> SourceError:
    """Return the error for a file that is not what its ``suffix`` says: what it is instead, and what to do."""
    if data.startswith(OLE_SIGNATURE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return SourceError("it is protected by a password; remove its password and add it again")
        return SourceError(f"it is a file of old Office (.doc, .xls, .ppt or .msg); save it as {suffix}")
    for signature, kind, better in _SIGNATURES:
        if signature.match(data[:4096]):
            advice = f"give it the suffix {better}" if better else f"give the {suffix} file itself"
            return SourceError(f"it is {kind} and not {suffix}; {advice}")
    if data and b"\0" not in data and not data.startswith(b"PK"):
        sample = data[:4096].translate(None, bytes(range(32)))
        if len(sample) > 0.9 * len(data[:4096]):
            return SourceError(f"it is plain text and not {suffix}; give it the suffix .txt")
    return SourceError(f"it is damaged or no {suffix} at all; get another copy")
