r"""Rich text: an own reader of its control words.

striprtf was tried and left: it reads deleted and hidden text as if it stood there, loses footnotes, and takes the wrong
alphabet after a change of font. What is skipped here is what the standard calls a destination, and any that says of
itself (by ``\\*``) that a reader may skip it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from index.errors import SourceError
from index.formats.content import Builder, Content, iso_date, raised
from index.formats.kinds import refusal
from index.formats.tables import add_row

_TOKEN = re.compile(
    rb"\\bin(\d+) ?|\\([a-zA-Z]+)(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": "\N{EM SPACE}",
    "enspace": "\N{EN SPACE}",
}
_SIGNS = {b"~": "\N{NO-BREAK SPACE}", b"_": "\N{NON-BREAKING HYPHEN}", b"{": "{", b"}": "}", b"\\": "\\"}
_SKIPPED = frozenset(
    [
        "annotation",
        "atnauthor",
        "atnid",
        "colortbl",
        "datafield",
        "fldinst",
        "filetbl",
        "footer",
        "footerf",
        "footerl",
        "footerr",
        "header",
        "headerf",
        "headerl",
        "headerr",
        "nonesttables",
        "nonshppict",
        "objdata",
        "pict",
        "revtbl",
        "shprslt",
        "sp",
        "stylesheet",
        "themedata",
        "xe",
        "tc",
    ]
)
_READ_THOUGH_OPTIONAL = frozenset(["shpinst", "footnote"])  # a text box is in the first
_LABELS = frozenset(["listtext", "pntext"])  # what the writing program made up for readers that do not count
_BULLET = re.compile(r"[•◦▪·‣]\t")
_INFO = frozenset(["title", "author", "creatim", "revtim"])
_CHARSETS = {  # of fonts, where they are not the document's own
    0: "cp1252",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until a brace closes."""

    target: str = "body"  # where text goes: the body, a label, a note, the table of fonts, a field of ``info``, or ""
    encoding: str = ""
    skip: int = 1  # characters that stand in for one of \u
    hidden: bool = False
    raised: bool = False


@dataclass(slots=True)
class _Reader:
    """What has been read and not yet become a block."""

    builder: Builder = field(default_factory=Builder)
    encoding: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    info: dict[str, list[str]] = field(default_factory=dict)
    pending: bytearray = field(default_factory=bytearray)
    label: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_table: bool = False
    in_list: bool = False
    after_row: bool = False
    font: int = 0

    def read(self, data: bytes) -> None:  # noqa: PLR0912 - a branch a kind of token
        """Read the tokens one by one, with a group for every brace that is open."""
        stack: list[_Group] = []
        group = _Group()
        at, to_skip, optional = 0, 0, False
        while at < len(data):
            token = _TOKEN.match(data, at)
            if token is None:  # a backslash at the end
                break
            at = token.end()
            binary, word, number, code, sign, brace, plain = token.groups()
            if binary:
                at += int(binary)
            elif brace == b"{":
                self.flush(group)
                stack.append(group)
                to_skip = 0
                if len(stack) > DEEPEST:
                    raise SourceError(f"its groups are nested more than {DEEPEST:,} deep; save it anew")
            elif brace == b"}":
                self.flush(group)
                group = self.leave(group, stack.pop() if stack else group)
                to_skip = 0
            elif word:
                name, value = word.decode("ascii"), int(number) if number else None
                if to_skip and name not in ("u", "uc"):
                    to_skip -= 1
                    continue
                self.flush(group)
                if name == "u" and value is not None:
                    self.write(group, chr(value % 0x10000))
                    to_skip = group.skip
                else:
                    group = self.control(group, name, value, optional=optional)
                optional = False
            elif sign == b"*":
                optional = True
            elif code or sign or plain:
                raw = bytes.fromhex(code.decode("ascii")) if code else plain or b""
                passed = min(to_skip, len(raw) if not sign else 1)
                to_skip -= passed
                if sign and not passed:
                    self.flush(group)
                    if sign in b"\r\n":
                        self.end_paragraph()
                    self.write(group, _SIGNS.get(sign, ""))
                elif not sign and group.target and not group.hidden:
                    self.pending += raw[passed:]
        self.flush(group)
        if stack:
            raise SourceError("it is damaged: it ends in the middle; get another copy")

    def control(  # noqa: PLR0911, PLR0912 - a branch a word
        self, group: _Group, name: str, value: int | None, *, optional: bool
    ) -> _Group:
        """Do what a control word says; return the group as it is from then on."""
        if name in _SKIPPED or (optional and name not in _READ_THOUGH_OPTIONAL):
            return replace(group, target="")
        if name in ("fonttbl", "info"):
            return replace(group, target=name)
        if name in _INFO and group.target == "info":
            self.info[name] = []
            return replace(group, target=name)
        if name in _LABELS:
            return replace(group, target="label" if group.target == "body" else "")
        if name in ("footnote", "shptxt"):
            return replace(group, target="note" if group.target == "body" else "")
        if name == "ansicpg" and value:
            self.encoding = _known(f"cp{value}", "cp1252")
        elif name in ("mac", "pc", "pca"):
            self.encoding = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[name]
        elif name == "uc":
            return replace(group, skip=max(0, value if value is not None else 1))
        elif name in ("v", "deleted"):
            return replace(group, hidden=value != 0)
        elif name == "plain":
            return replace(group, hidden=False, raised=False, encoding="")
        elif name in ("super", "sub", "nosupersub"):
            return replace(group, raised=name == "super" and value != 0)
        elif name == "f":
            self.font = value or 0
            return replace(group, encoding=self.fonts.get(self.font, ""))
        elif name == "fcharset" and group.target == "fonttbl":
            self.fonts[self.font] = _CHARSETS.get(value or 0, "")
        elif group.target in ("creatim", "revtim"):
            form = {"yr": "{:04}", "mo": "-{:02}", "dy": "-{:02}", "hr": "T{:02}", "min": ":{:02}"}.get(name)
            self.info.setdefault(group.target, []).append(form.format(value or 0) if form else "")
        elif group.target in ("body", "note"):
            self.layout(group, name, value)
        return group

    def layout(self, group: _Group, name: str, value: int | None) -> None:
        """Begin and end paragraphs, cells and rows."""
        if name in _CHARACTERS:
            self.write(group, _CHARACTERS[name])
        elif name in ("par", "sect", "page"):
            if group.target == "note":
                self.notes.append("\n")
            else:
                self.end_paragraph()
        elif name == "pard":
            self.in_table = self.in_list = False
        elif name == "intbl" or (name == "itap" and value != 0):  # in so many tables
            self.in_table = True
        elif name in ("ls", "pnlvlblt"):
            self.in_list = True
        elif name in ("cell", "nestcell"):
            self.cell.append(self.paragraph())
            self.cells.append("\n".join(filter(None, self.cell)))
            self.cell.clear()
        elif name in ("row", "nestrow"):
            self.end_row()

    def paragraph(self) -> str:
        """Take the paragraph that has been read, with its number: a label that is one sign is a bullet."""
        label, text = _taken(self.label).strip(), _taken(self.text).strip()
        is_number = label.isdigit() or (len(label) > 1 and any(map(str.isalnum, label)))
        return f"{label} {text}".strip() if is_number and (text or self.in_table) else text

    def end_paragraph(self) -> None:
        text = self.paragraph()
        if self.in_table:
            self.cell.append(text)
            return
        self.end_row()
        self.after_row = False
        bullet = _BULLET.match(text)
        if not self.in_list and not bullet:
            self.builder.apart()
        self.builder.text(text[bullet.end() :] if bullet else text)
        self.end_notes()

    def end_notes(self) -> None:
        for note in _taken(self.notes).split("\n"):
            self.builder.paragraph(note)

    def end_row(self) -> None:
        cells = [*self.cells, *self.cell]
        self.cells.clear()
        self.cell.clear()
        if not any(cells):
            return
        if not self.after_row:
            self.builder.apart()
        self.after_row = True
        add_row(self.builder, cells)

    def leave(self, group: _Group, outer: _Group) -> _Group:
        if group.target == "note" and outer.target != "note":
            self.notes.append("\n")
        return outer

    def flush(self, group: _Group) -> None:
        if self.pending:
            encoding = group.encoding or self.encoding
            text = bytes(self.pending).decode(encoding, "replace")
            self.pending.clear()
            self.write(group, text)

    def write(self, group: _Group, text: str) -> None:
        if group.hidden:
            return
        if group.target == "body":
            self.text.append(raised("".join(self.text[-9:])[-9:], text) if group.raised else text)
        elif group.target == "label":
            self.label.append(text)
        elif group.target == "note":
            self.notes.append(text)
        elif group.target in ("title", "author"):
            self.info.setdefault(group.target, []).append(text)


def read_rtf(data: bytes) -> Content:
    """Read rich text: its paragraphs and tables, with notes after the paragraph they are in."""
    data = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.startswith(b"{\\rtf"):
        raise refusal(data, ".rtf")
    reader = _Reader()
    reader.read(data)
    reader.end_paragraph()
    reader.end_row()
    reader.end_notes()
    return reader.builder.content(
        title=_taken(reader.info.get("title", [])).strip() or None,
        author=_taken(reader.info.get("author", [])).strip() or None,
        date=iso_date("".join(reader.info.get("revtim", []))) or iso_date("".join(reader.info.get("creatim", []))),
    )


def _taken(parts: list[str]) -> str:
    """Empty ``parts`` and return their text; characters beyond the first 65,536 come in two halves."""
    text = "".join(parts)
    parts.clear()
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _known(encoding: str, otherwise: str) -> str:
    try:
        b"".decode(encoding)
    except LookupError:
        return otherwise
    return encoding
