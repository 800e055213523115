"""The words of a Cypher statement: what is text, what is a name, what is a keyword.

Comments go, literals stay apart from names, and what the two engines might read differently
is refused: an escape such as `\\u0027` is a quote to one of them and five letters to the other.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from ..errors import InvalidRequest


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted name"
    TEXT = "text"
    NUMBER = "number"
    PARAMETER = "parameter"
    SIGN = "sign"


class Token(NamedTuple):
    """A piece of a statement; `at` is where it begins. A quoted name is given without its quotes."""

    kind: Kind
    text: str
    at: int

    @property
    def upper(self) -> str:
        """The text in capitals when it is a bare word, else nothing: only bare words are keywords."""
        return self.text.upper() if self.kind is Kind.WORD else ""


_PATTERNS = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>//[^\n\r]*|/\*.*?\*/)
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<parameter>\$(?:[^\W\d]\w*|\d+))
      | (?P<number>0x[0-9a-fA-F]+|\d+(?:\.(?=\d)\d+)?(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>\.\.|<>|<=|>=|=~|\+=|\|\||[-+*/%^=<>()\[\]{},.:;|&!])
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "text": Kind.TEXT, "quoted": Kind.QUOTED, "parameter": Kind.PARAMETER, "number": Kind.NUMBER, "word": Kind.WORD,
    "sign": Kind.SIGN,
}  # fmt: skip
_CODE_POINT = re.compile(r"\\+[uU]")


def tokens(statement: str) -> list[Token]:
    """The tokens of a statement, without space and comments.

    Raises:
        InvalidRequest: Something in it cannot be read; says what and where.
    """
    if escape := _CODE_POINT.search(statement):
        raise refusal(statement, escape.start(), "Write characters themselves, not as \\u and a number.")
    found: list[Token] = []
    at = 0
    while at < len(statement):
        match = _PATTERNS.match(statement, at)
        if match is None:
            raise refusal(statement, at, f"{statement[at]!r} cannot be read here. Is a quote or a comment left open?")
        kind = _KINDS.get(match.lastgroup or "")
        if kind is not None:
            text = match.group()
            if kind is Kind.QUOTED:
                text = text[1:-1].replace("``", "`")
            found.append(Token(kind, text, at))
        at = match.end()
    return found


def without_comments(statement: str) -> str:
    """A statement that could be read, with a space for each comment: not all engines know both kinds."""
    return _PATTERNS.sub(lambda match: " " if match.lastgroup == "comment" else match.group(), statement)


def refusal(statement: str, at: int, why: str) -> InvalidRequest:
    """The error of a statement that is not run, with line and column."""
    line = statement.count("\n", 0, at) + 1
    column = at - (statement.rfind("\n", 0, at) + 1) + 1
    return InvalidRequest(
        f"The statement is not run (line {line}, column {column}): {why}", field="cypher", line=line, column=column
    )
