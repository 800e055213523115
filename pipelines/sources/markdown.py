"""A Markdown document as sections of plain text, lists and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

_BARE_URL = re.compile(r"https?://[^\s<>()\"']+(?:\([^\s<>()]*\)[^\s<>()\"']*)*")
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Link:
    """A link and the words it stood on; `words` is empty for a bare address."""

    url: str
    words: str = ""


@dataclass
class Text:
    """A run of prose: its plain words with links as the words they stood on."""

    text: str
    links: list[Link] = field(default_factory=list)


@dataclass
class Item:
    """One item of a list: its own text, and the lists inside it."""

    blocks: list[Block]

    def plain(self) -> str:
        """All of the item as text; inner items are indented."""
        return render(self.blocks)


@dataclass
class Listing:
    """A bulleted or numbered list."""

    items: list[Item]
    ordered: bool = False


Block = Text | Listing


@dataclass
class Section:
    """A heading and what stands under it, up to the next heading of any level."""

    level: int
    heading: str
    blocks: list[Block] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """The sections of a document in order; text before the first heading has level 0."""
    found = [Section(0, "")]
    for node in SyntaxTreeNode(_PARSER.parse(text)).children:
        if node.type == "heading":
            found.append(Section(int(node.tag[1]), _inline(node.children[0]).text))
        else:
            found[-1].blocks.extend(_blocks(node))
    return found


def render(blocks: list[Block], indent: str = "") -> str:
    """Blocks as plain text: paragraphs apart, list items with their marks."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Text):
            lines.append("\n".join(indent + line for line in block.text.splitlines()))
            continue
        for number, item in enumerate(block.items, start=1):
            mark = f"{number}. " if block.ordered else "- "
            body = render(item.blocks, indent + " " * len(mark))
            lines.append(indent + mark + body.lstrip())
    joined = ""
    for block_text in (line for line in lines if line.strip()):
        listed = re.match(r"\s*(- |\d+\. )", block_text)
        joined += ("" if not joined else "\n" if listed else "\n\n") + block_text
    return joined


def links_of(blocks: list[Block]) -> Iterator[Link]:
    """Every link in blocks, inner lists included."""
    for block in blocks:
        if isinstance(block, Text):
            yield from block.links
        else:
            for item in block.items:
                yield from links_of(item.blocks)


def _blocks(node: SyntaxTreeNode) -> list[Block]:
    match node.type:
        case "paragraph":
            inline = _inline(node.children[0])
            return [inline] if inline.text or inline.links else []
        case "bullet_list" | "ordered_list":
            items = [Item([b for child in item.children for b in _blocks(child)]) for item in node.children]
            return [Listing([item for item in items if item.blocks], node.type == "ordered_list")]
        case "fence" | "code_block":
            return [Text(node.content.rstrip("\n"))]
        case "html_block":
            urls = [Link(url) for url in re.findall(r"(?:src|href)=\"([^\"]+)\"", node.content)]
            words = re.sub(r"<[^>]+>|<!--.*?-->", "", node.content, flags=re.DOTALL).strip()
            return [Text(words, urls)] if words or urls else []
        case "heading":
            return [_inline(node.children[0])]
        case "table":
            rows = [
                [_inline(cell.children[0]).text for cell in row.children]
                for part in node.children
                for row in part.children
            ]
            return [Text("\n".join(" | ".join(row) for row in rows))]
        case _:
            return [block for child in node.children for block in _blocks(child)]


def _inline(node: SyntaxTreeNode) -> Text:
    words: list[str] = []
    links: list[Link] = []
    token: Token | None = node.token
    children = token.children if token and token.children else []
    start: tuple[str, int] | None = None
    for child in children:
        match child.type:
            case "link_open":
                start = (str(child.attrGet("href") or ""), len(words))
            case "link_close" if start is not None:
                url, at = start
                links.append(Link(url, "" if "".join(words[at:]) == url else "".join(words[at:])))
                start = None
            case "image":
                links.append(Link(str(child.attrGet("src") or ""), child.content))
                words.append(f"[{child.content}]" if child.content else "")
            case "code_inline":
                words.append(f"`{child.content}`")
            case "softbreak" | "hardbreak":
                words.append(" " if child.type == "softbreak" else "\n")
            case "text" | "html_inline":
                if child.type == "text":
                    words.append(child.content)
                    if start is None:
                        links += [Link(url.rstrip(".,;:")) for url in _BARE_URL.findall(child.content)]
    return Text(_tidy("".join(words)), links)


def _tidy(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
