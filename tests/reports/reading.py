"""Reads a page the way a browser would, as far as tests need it."""

from html.parser import HTMLParser
from typing import Any

from reports import page, runs

_VOID = frozenset({"meta", "link", "input", "br", "col"})


class Element:
    """An element: its tag, attributes and what is in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.content: list[Element | str] = []

    @property
    def text(self) -> str:
        """The text in it, its whitespace as one blank each."""
        parts = (part if isinstance(part, str) else part.text for part in self.content)
        return " ".join(" ".join(parts).split())

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    def all(self) -> "list[Element]":
        """It and every element in it, in order."""
        inner = (part.all() for part in self.content if isinstance(part, Element))
        return [self, *(element for part in inner for element in part)]

    def find(self, tag: str = "", **attributes: str) -> "list[Element]":
        """The elements in it with this tag and these attributes; `class_` for one class."""
        name = attributes.pop("class_", "")
        return [
            element
            for element in self.all()
            if tag in {"", element.tag}
            and (not name or name in element.classes)
            and attributes.items() <= element.attributes.items()
        ]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        """The only such element."""
        found = self.find(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].content.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].content.append(Element(tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"</{tag}> closes <{closed.tag}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].content.append(data)


def read(text: str) -> Element:
    """The page; fails if an element is closed by another's end."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


def rendered(*documents: dict[str, Any]) -> str:
    """The page of these results as text."""
    named = [runs.Run(f"{n}.json", document) for n, document in enumerate(documents, start=1)]
    return page.render(named, "page.html")


def shown(*documents: dict[str, Any]) -> Element:
    """The page of these results."""
    return read(rendered(*documents))
