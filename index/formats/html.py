"""HTML -> the text a reader would see. The parser is a library; what counts as one line is decided here.

The libraries that go all the way to text were tried and left: html-text puts a space inside ``<b>bo</b>ld``,
inscriptis adds list bullets and pads tables. Both would make a quotation differ from the page.

What stands around the content of a page (ways to other pages, the footer of the site) is none of it. What the standard
says that an element means decides, never how it looks.

Blocks are the page's own: no sentence crosses a heading, paragraph, item or row. What ``<br>`` and ``<pre>`` break is
judged as plain text is, since some pages break every line and others only the last of a paragraph.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.formats.content import Builder, Content, iso_date, raised
from index.formats.formulas import written
from index.formats.numbering import FORMS, numeral, whole_number
from index.formats.tables import add_row, is_row
from index.formats.text import decode
from index.sentences import LONGEST_ROW_CHARS

_UNSEEN = frozenset(
    [
        "annotation",
        "annotation-xml",
        "audio",
        "canvas",
        "datalist",
        "embed",
        "head",
        "iframe",
        "noscript",
        "mphantom",
        "object",
        "rp",
        "rt",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
_NOTES = re.compile(r"note|reference|citation|breadcrumb|navigation|comment|toc", re.IGNORECASE)
_OF_ARTICLES = "article, section, header, footer, h1, h2, h3, h4, h5, h6, div, figure, table"
_PARAGRAPHS = frozenset(
    ["blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"]
)
_LINES = frozenset(
    [
        "button",
        "center",
        "menu",
        "optgroup",
        "address",
        "article",
        "aside",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dt",
        "fieldset",
        "figcaption",
        "footer",
        "form",
        "header",
        "legend",
        "li",
        "main",
        "nav",
        "option",
        "section",
        "summary",
        "td",
        "th",
        "tr",
    ]
)
MOST_SPREAD = 100  # columns or rows that a cell is spread over

_ROW_GROUPS = frozenset(["table", "thead", "tbody", "tfoot"])  # no cell is spread over more than one
_NOTE_MARKS = frozenset(  # "he said.1" would be no sentence that anybody wrote
    ["doc-noteref", "doc-backlink", "noteref", "footnote-ref", "footnote-back", "footnote-backref"]
)
_PAGE_MARKS = frozenset(["pagebreak", "doc-pagebreak"])  # where a page of the printed book ends, in mid-word even
_SECTIONS = frozenset(["article", "aside", "main", "section"])  # whose footers are their own
_CONTENT = "main, article, h1, [role=main]"
_MAIN = "main, h1, [role=main]"
_ASKS_FOR_COOKIES = re.compile("cookie|consent", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")  # a no-break space is a character of the text and stays
_ENCODING = re.compile(
    rb"<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", flags=re.IGNORECASE
)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:([^;]*)")
_COUNTER = re.compile(r"\bcounter\([^(),]*(?:,\s*([\w-]+))?")
_CLASS = re.compile(r"\.([\w-]+)")
_STYLES = {
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "lower-roman": "lowerRoman",
    "none": "none",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "upper-roman": "upperRoman",
}
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr"
_CLOSED_AT_ONCE = re.compile(
    rf"<(?!(?:{_VOID})\b)([a-zA-Z][\w:-]*)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)/>", re.IGNORECASE
)
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author")
_DATES = (
    "article:published_time",
    "datepublished",
    "dc.date",
    "dcterms.created",
    "dcterms.date",
    "dc.date.issued",
    "dcterms.issued",
    "citation_publication_date",
    "pubdate",
    "date",
)
_MATH = {  # the elements of MathML, and what is in them, by the names of Office
    "mfrac": ("f", ("num", "den")),
    "mroot": ("rad", ("e", "deg")),
    "msqrt": ("rad", ()),
    "msub": ("sSub", ("e", "sub")),
    "msup": ("sSup", ("e", "sup")),
    "msubsup": ("sSubSup", ("e", "sub", "sup")),
    "munderover": ("sSubSup", ("e", "sub", "sup")),
    "munder": ("limLow", ("e", "lim")),
    "mfenced": ("d", ()),
    "mtable": ("m", ()),
    "mtr": ("mr", ()),
}
_FENCES = {"begChr": ("open", "("), "endChr": ("close", ")"), "sepChr": ("separators", ",")}
_UNWRITTEN = {0x2061: " ", 0x2062: "", 0x2063: "", 0x2064: " "}  # "function of", times, comma and plus, all unseen
_PUBLISHED = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{4,40})\"")  # in JSON-LD


def read_html(data: bytes) -> Content:
    """HTML as a browser would show it: one line per block, white space collapsed, scripts and styles left out."""
    page = parse(data)
    title = page.css_first("head > title")  # pictures have titles, too
    meta = _meta(page)
    authors = (meta.get(name) for name in _AUTHORS)
    dates = (iso_date(meta.get(name)) for name in _DATES)
    builder = Builder()
    add_page(builder, page)
    return builder.content(
        title=(title.text(strip=True) or None) if title else None,
        author=next((author for author in authors if author and "://" not in author), None),
        date=next(filter(None, dates), None),
    )


def parse(data: bytes, declared: str | None = None) -> LexborHTMLParser:
    """Parse a page in the encoding that it declares. XHTML may close any element at once: ``<title/>``."""
    found = _ENCODING.search(data[:4096])
    source = decode(data, declared or (found[1].decode("ascii") if found else None))
    if source.lstrip().startswith("<?xml") or "http://www.w3.org/1999/xhtml" in source[:4096]:
        source = _CLOSED_AT_ONCE.sub(r"<\1\2></\1>", source)
    return LexborHTMLParser(source)


def _meta(page: LexborHTMLParser) -> dict[str, str]:
    meta: dict[str, str] = {}
    for node in page.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop") or ""
        meta.setdefault(name.lower(), (attributes.get("content") or "").strip())
    for node in page.css("script[type='application/ld+json']"):
        if published := _PUBLISHED.search(node.text()):
            meta.setdefault("datepublished", published[1])
    return meta


def add_page(builder: Builder, page: LexborHTMLParser) -> None:
    """Add a page's visible text.

    Each block is a line, with an empty line around paragraphs and a tab between the cells of a table. Elements that are
    never shown, and those marked ``hidden``, ``aria-hidden`` or ``display:none``, are left out. So is what stands
    around the content. A page that does not tell its content apart may have some in its footer, which is read then.
    """
    _style_lists(page)
    if page.root:
        _add_visible(builder, page.root, sections=0 if page.css_first("main, article, [role=main]") else 1)


def _add_visible(builder: Builder, root: LexborNode, *, sections: int = 1) -> None:
    """Add what is seen of an element, which is inside so many sections."""
    lines = _Lines(builder)
    # An explicit stack, since pages can nest deeper than Python recurses; True marks the way out of an element.
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    covered: dict[int, int] = {}
    counts: dict[int, int] = {}  # of each list that numbers its items, how many there were
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            lines.write(node.text_content or "")
            continue
        if leaving:
            lines.preformatted -= tag == "pre"
            lines.raised -= tag == "sup"
            sections -= tag in _SECTIONS
            lines.end_block(tag)
            if tag == "li":
                lines.label = ""
            continue
        if tag in _UNSEEN or (tag.startswith(("-", "!")) and tag not in ("-document", "-undef")) or _hidden(node):
            continue
        if tag == "br":
            lines.break_line()
            continue
        if tag == "math":
            lines.write(_formula(node))
            continue
        lines.end_block(tag)
        if _is_around(node, in_section=sections > 0):
            continue
        cells = _cells(node, covered) if tag == "tr" else None
        if cells:
            add_row(builder, cells)
            continue
        if tag in _ROW_GROUPS:
            covered.clear()
        lines.preformatted += tag == "pre"
        lines.raised += tag == "sup"
        sections += tag in _SECTIONS
        if tag == "ol" and not _is_uncounted(node):
            counts[node.mem_id] = whole_number(node.attributes.get("start"), 1) - 1
        elif tag == "li" and node.parent is not None and node.parent.mem_id in counts:
            lines.label = _label(node, node.parent, counts)
        stack.append((node, True))
        children = list(node.iter(include_text=True))
        stack.extend((child, False) for child in reversed(children))
    lines.end_block("body")


def _cells(row: LexborNode, covered: dict[int, int]) -> list[str] | None:
    """Return the cells of a short row, or None for a row that only lays out a page: each of its blocks counts alone.

    Where a cell is spread over several columns or rows, the others are empty; ``covered`` says over how many of the
    next rows one is in each column.
    """
    if row.css_first("table") or len(row.text()) > 4 * LONGEST_ROW_CHARS:
        return None
    cells: list[str] = []
    heights: dict[int, int] = {}
    for cell in row.iter():
        if cell.tag not in ("td", "th") or _hidden(cell):
            continue
        while len(cells) in covered:
            cells.append("")
        inside = Builder()
        _add_visible(inside, cell)
        width, height = _spread(cell, "colspan"), _spread(cell, "rowspan")
        heights |= dict.fromkeys(range(len(cells), len(cells) + width), height)
        cells += [inside.content().text, *[""] * (width - 1)]
    reach = covered | heights
    covered.clear()
    covered.update({column: height - 1 for column, height in reach.items() if height > 1})
    return cells if is_row(cells) or not any("\n" in cell for cell in cells) else None


def _formula(node: LexborNode) -> str:
    """Return the text of a formula, or of an element in one."""
    tag = node.tag or ""
    if tag == "-text":
        return (node.text_content or "").strip(" \t\r\n\f").translate(_UNWRITTEN)
    if tag in _UNSEEN:
        return ""
    kind, names = _MATH.get(tag, ("", ()))
    inside = node.iter(include_text=tag not in _MATH)
    texts = [_formula(child) for child in inside if child.tag and (child.tag == "-text" or child.tag[0] not in "-!")]
    marks = {mark: node.attributes.get(name, usual) for mark, (name, usual) in _FENCES.items()}
    return written(kind, list(zip_longest(names, texts, fillvalue="")), marks)


def _spread(cell: LexborNode, attribute: str) -> int:
    value = (cell.attributes.get(attribute) or "").strip()
    return min(max(1, int(value)), MOST_SPREAD) if value.isdecimal() else 1


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    roles, classes = (attributes.get("role"), attributes.get("epub:type")), (attributes.get("class") or "").split()
    if not _NOTE_MARKS.isdisjoint([*roles, *classes]) or not _PAGE_MARKS.isdisjoint(roles):
        return True
    if node.tag == "dialog" and "open" not in attributes:
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    if attributes.get("aria-hidden") == "true" and node.css_first(_MAIN) is None:  # or a dialog lies over the page
        return True
    return "hidden" in attributes or "display:none" in style


def _is_around(node: LexborNode, *, in_section: bool) -> bool:
    """Whether an element only stands around the content of its page; not if that is in it, since it was left open."""
    attributes = node.attributes
    role = attributes.get("role") or node.tag
    if role in ("dialog", "alertdialog"):
        names = (attributes.get(name) or "" for name in ("id", "class", "aria-label", "aria-labelledby"))
        is_around = any(map(_ASKS_FOR_COOKIES.search, names))
    else:
        is_around = role in ("nav", "navigation") or (role in ("footer", "contentinfo") and not in_section)
    return is_around and node.css_first(_CONTENT) is None


def _is_uncounted(listed: LexborNode) -> bool:
    """Whether the numbers of a list are not for its reader: of notes and ways elsewhere, backwards, or not shown."""
    marks = listed.attributes
    around = listed.parent.attributes if listed.parent is not None else {}
    told = (one.get(mark) for one in (marks, around) for mark in ("role", "class", "aria-label"))
    named = " ".join(filter(None, told))
    return bool(_NOTES.search(named)) or "reversed" in marks


def _label(item: LexborNode, listed: LexborNode, counts: dict[int, int]) -> str:
    """Count an item of a list; return its number and the space after it, or nothing before a whole article."""
    counts[listed.mem_id] = number = whole_number(item.attributes.get("value"), counts[listed.mem_id] + 1)
    if item.css_first(_OF_ARTICLES) is not None:
        return ""
    written = numeral(number, _form(listed))
    return f"{written}. " if written else ""


def _form(listed: LexborNode) -> str:
    """Return how a list numbers its items: as its style says, or else its type."""
    marks = listed.attributes
    styled = _LIST_STYLE.search((marks.get("style") or "").lower())
    words = [word for word in styled[1].split() if word not in ("inside", "outside", "!important")] if styled else []
    return _STYLES.get(words[0], "") if words else FORMS.get(marks.get("type") or "1", "decimal")


def _style_lists(page: LexborHTMLParser) -> None:
    """Write into each list how the page's style sheets number those of its class; counters come before the style."""
    styles: dict[str, str] = {}
    rules = [rule.rpartition("{") for sheet in page.css("style") for rule in sheet.text().split("}")]
    for pattern in (_LIST_STYLE, _COUNTER):
        for selector, _, declared in rules:
            if found := pattern.search(declared.lower()):
                styles |= dict.fromkeys(_CLASS.findall(selector), found[1] or "decimal")
    for listed in page.css("ol[class]"):
        for name in (listed.attributes.get("class") or "").split():
            if name in styles:
                listed.attrs["style"] = f"{listed.attributes.get('style') or ''};list-style:{styles[name]}"


class _Lines:
    """Collects text until its block ends, collapsing white space the way a browser does.

    ``label`` is written before the next text: the number of an item.
    """

    def __init__(self, builder: Builder) -> None:
        self.label = ""
        self.preformatted = self.raised = 0
        self._builder = builder
        self._parts: list[str] = []
        self._raised: list[str] = []
        self._pending = ""  # white space that is written only if more text follows

    def write(self, text: str) -> None:
        if self.raised:
            self._raised.append(text)
            return
        self._settle()
        self._write(text)

    def break_line(self) -> None:
        self._settle()
        self._pending = "\n\n" if "\n" in self._pending else "\n"

    def end_block(self, tag: str) -> None:
        if tag not in _PARAGRAPHS and tag not in _LINES:
            return
        self._settle()
        self._builder.text("".join(self._parts))
        self._parts.clear()
        self._pending = ""
        if tag in _PARAGRAPHS:
            self._builder.apart()

    def _settle(self) -> None:
        """Write what is raised, all of it together."""
        if self._raised:
            before = "".join(part[-9:] for part in self._parts[-9:]) + self._pending
            self._write(raised(before, "".join(self._raised)))
            self._raised.clear()

    def _write(self, text: str) -> None:
        if not self.preformatted:
            text = _SPACE.sub(" ", text)
            if text.startswith(" "):
                self._pending = self._pending or " "
            stripped = text.strip(" ")
        else:
            stripped = text
        if not stripped:
            return
        self._parts.append(self._pending if self._parts else self.label)
        self._parts.append(stripped)
        self.label = ""
        self._pending = " " if not self.preformatted and text.endswith(" ") else ""
