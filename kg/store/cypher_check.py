"""Which Cypher an administrator may run by hand: reading clauses and known functions, nothing secret.

A statement passes when every word in it is known to be harmless; a clause that this list does
not know is refused, whatever an engine of a later version would make of it. The engines run it
in a read transaction as well: either guard alone would do against writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..schema import UNASKED_PROPERTIES
from .cypher_tokens import Kind, Token, refusal, tokens, without_comments

FIRST = frozenset({"MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL"})
CLAUSES = frozenset(
    """
    MATCH OPTIONAL WHERE WITH UNWIND RETURN ORDER BY SKIP OFFSET LIMIT UNION CALL DISTINCT AS ASC ASCENDING DESC
    DESCENDING
    """.split()  # noqa: SIM905
)
OPERATORS = frozenset("AND OR XOR NOT IN STARTS ENDS CONTAINS IS CASE WHEN THEN ELSE".split())  # noqa: SIM905
VALUES = frozenset({"NULL", "TRUE", "FALSE", "END"})
BOTH = frozenset({"ALL"})
"""`UNION ALL` and `all(x IN ...)`."""
REFUSED = frozenset(
    """
    CREATE MERGE SET DELETE DETACH NODETACH REMOVE FOREACH LOAD CSV DROP ALTER GRANT DENY REVOKE SHOW USE YIELD
    USING START STOP TERMINATE EXPLAIN PROFILE CYPHER COMMIT PERIODIC TRANSACTIONS CONCURRENT INSERT FINISH RENAME
    ENABLE DRYRUN DEALLOCATE REALLOCATE CONSTRAINT LET FILTER
    """.split()  # noqa: SIM905
)
FUNCTIONS = frozenset(
    """
    abs acos all allshortestpaths any asin atan atan2 avg ceil char_length character_length coalesce collect cos count
    cot date datetime degrees duration e elementid endnode exists exp floor haversin head id isempty isnan keys labels
    last left length localdatetime localtime log log10 lower ltrim max min nodes none nullif percentilecont
    percentiledisc pi radians range reduce relationships replace reverse right round rtrim shortestpath sign sin single
    size split sqrt startnode stdev stdevp substring sum tail tan time toboolean tobooleanornull tofloat tofloatornull
    tointeger tointegerornull tolower tostring tostringornull toupper trim type upper valuetype
    """.split()  # noqa: SIM905
)
LIST_FOLLOWS = frozenset("IN RETURN WITH UNWIND WHERE AND OR XOR THEN ELSE WHEN BY".split())  # noqa: SIM905
TIMES = frozenset({"date", "datetime", "duration", "localdatetime", "localtime", "time"})
"""Functions that have others below them, such as `duration.between`."""
LONGEST_PATH = 8
BLOCKS = frozenset({"EXISTS", "COUNT", "COLLECT"})
_OPEN, _CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}


def check_reading(statement: str, params: Mapping[str, Any]) -> str:
    """The statement, ready to be run, when it only reads and asks for nothing secret.

    Raises:
        InvalidRequest: It is refused; says where, why and what to do.
    """
    found = tokens(statement)
    while found and found[-1].text == ";" and found[-1].kind is Kind.SIGN:
        statement, found = statement[: found[-1].at], found[:-1]
    if not found:
        raise refusal(statement, 0, "It is empty.")
    if found[0].upper not in FIRST:
        raise refusal(statement, found[0].at, f"It begins with {found[0].text!r}; {_known()}")
    _Check(statement, found, params).run()
    return without_comments(statement)


class _Check:
    def __init__(self, statement: str, found: Sequence[Token], params: Mapping[str, Any]) -> None:
        self._statement, self._tokens, self._params = statement, found, params
        self._returns = False
        self._open: list[tuple[str, bool]] = []  # the bracket, and whether it belongs to a relationship

    def run(self) -> None:
        for place, token in enumerate(self._tokens):
            if token.kind in (Kind.WORD, Kind.QUOTED):
                self._name(place, token)
            elif token.kind is Kind.SIGN:
                self._sign(place, token)
            elif token.kind is Kind.PARAMETER and self._text(place - 1) == ":":
                self._refuse(token, "Labels and types must be written out.")
        if not self._returns:
            self._refuse(self._tokens[-1], "It must end with RETURN.")
        if self._open:
            self._refuse(self._tokens[-1], f"{self._open[-1][0]!r} is not closed.")

    def _name(self, place: int, token: Token) -> None:
        if token.text.casefold() in UNASKED_PROPERTIES:
            self._refuse(token, f"{token.text!r} is secret and cannot be asked for.")
        if self._names_a_thing(place):
            return
        if self._is_keyword_as_name(place, token):
            self._refuse(token, f"A name like a keyword must be written `{token.text}`.")
        if self._text(place + 1) == "(" and token.upper not in CLAUSES | OPERATORS:
            if self._text(place - 1) != ".":  # the point has been looked at
                self._function(place, token)
        elif token.upper in REFUSED:
            self._refuse(token, f"{token.text.upper()} is not allowed: {_known()}")
        elif token.upper == "RETURN" and not self._open:
            self._returns = True
        elif token.upper == "CALL":
            self._call(place, token)
        elif token.upper not in CLAUSES | OPERATORS | VALUES | BOTH | BLOCKS and self._ends_value(place - 1):
            self._refuse(token, f"{token.text!r} is no clause that is known here; {_known()}")

    def _names_a_thing(self, place: int) -> bool:
        """True after `.`, and after `:` `|` `&` `!` in front of a label: what follows is no keyword."""
        before = self._text(place - 1)
        if self._text(place + 1) == "(":  # a call, as in `{a: f(x)}`
            return False
        return before in (".", ":", "&", "!") or (before == "|" and self._after_colon(place))

    def _after_colon(self, place: int) -> bool:
        """True in `:A|B`: only names, `|` and `:` stand between here and a colon."""
        for token in reversed(self._tokens[:place]):
            if token.text == ":" and token.kind is Kind.SIGN:
                return True
            if token.kind not in (Kind.WORD, Kind.QUOTED) and token.text not in ("|", "&", "!"):
                return False
        return False

    def _is_keyword_as_name(self, place: int, token: Token) -> bool:
        """True for `(skip:Person)`: taken for a keyword, it could hide what follows it."""
        if token.upper not in CLAUSES | OPERATORS | BOTH:
            return False
        before, after = self._text(place - 1), self._text(place + 1)
        if place and self._tokens[place - 1].upper == "AS":
            return True
        if token.upper in ("NOT", "CASE", "DISTINCT"):
            return after in {":", ")", ",", "{", "]", "|", ".", "["}
        return before in {"(", "[", ","} and not (token.upper in BOTH and after == "(")

    def _function(self, place: int, token: Token) -> None:
        if token.kind is Kind.QUOTED or token.text.casefold() not in FUNCTIONS:
            self._refuse(token, f"The function {token.text!r} is not among those allowed.")
        if self._ends_value(place - 1):
            self._refuse(token, f"{token.text!r} is no clause that is known here; {_known()}")

    def _call(self, place: int, token: Token) -> None:
        after = place + 1
        if self._text(after) == "(":
            while after < len(self._tokens) and self._text(after) != ")":
                after += 1
            after += 1
        if self._text(after) != "{":
            self._refuse(token, "CALL may only hold a reading subquery in braces, never a procedure.")

    def _sign(self, place: int, token: Token) -> None:
        sign = token.text
        if sign == ";":
            self._refuse(token, "One statement at a time.")
        if sign == "+=":
            self._refuse(token, "Nothing may be changed.")
        if sign in _OPEN:
            relationship = sign == "[" and self._text(place - 1) == "-"
            keyword = place > 0 and not self._names_a_thing(place - 1)
            begins = keyword and self._tokens[place - 1].upper in LIST_FOLLOWS
            after_sign = self._kind(place - 1) is Kind.SIGN and not self._ends_value(place - 1)
            if sign == "[" and not (relationship or begins or after_sign):
                self._index(place, token)
            self._open.append((sign, relationship))
        elif sign in _CLOSE:
            if not self._open or _OPEN[self._open.pop()[0]] != sign:
                self._refuse(token, f"{sign!r} closes nothing.")
        elif sign == "*":
            if self._text(place - 1) == ".":
                self._refuse(token, "Name the properties: `.*` would give secret ones too.")
            if self._open and self._open[-1][1]:
                self._length(place, token)
        elif sign == ":" and self._text(place + 1) == "$":
            self._refuse(token, "Labels and types must be written out.")
        elif sign == "." and self._kind(place + 1) not in (Kind.WORD, Kind.QUOTED, Kind.SIGN):
            self._refuse(token, "A property's name must follow the point.")
        elif sign == "." and self._text(place + 2) == "(" and not self._is_time(place - 1):
            self._refuse(token, "Functions of libraries are not allowed.")

    def _is_time(self, place: int) -> bool:
        """True for the name before the point of `duration.between(...)`."""
        return self._tokens[place].text.lower() in TIMES and self._text(place - 1) != "."

    def _index(self, place: int, token: Token) -> None:
        """A list may be indexed by numbers; by a text, `n[...]` would read any property."""
        at = place + 1
        while at < len(self._tokens) and self._text(at) != "]":
            part = self._tokens[at]
            number = part.kind is Kind.NUMBER or (part.kind is Kind.SIGN and part.text in ("-", ".."))
            given = self._params.get(part.text[1:]) if part.kind is Kind.PARAMETER else None
            if not number and not (isinstance(given, int) and not isinstance(given, bool)):
                self._refuse(part, "Between [ and ] only numbers may stand: name a property with a point.")
            at += 1

    def _length(self, place: int, token: Token) -> None:
        """`*` in a relationship wants an end: `*1..3`, `*..3` or `*2`."""
        ends = [t for t in self._tokens[place + 1 : place + 4] if t.kind is Kind.NUMBER or t.text == ".."]
        texts = [t.text for t in ends]
        last = texts[-1] if texts and texts[-1] != ".." else None
        if last is None or not last.isdigit():
            self._refuse(token, f"A path needs an end: `*1..3`, at most `*..{LONGEST_PATH}`.")
        elif int(last) > LONGEST_PATH:
            self._refuse(token, f"A path may have {LONGEST_PATH} steps at most.")

    def _ends_value(self, place: int) -> bool:
        """True when a value ends here, so that a bare word after it begins something new."""
        if place < 0:
            return False
        token = self._tokens[place]
        if token.kind is Kind.SIGN:
            return token.text in _CLOSE
        if token.kind is Kind.WORD and not self._names_a_thing(place):
            return token.upper not in CLAUSES | OPERATORS | BOTH
        return True

    def _text(self, place: int) -> str:
        """The text of a sign; nothing for other tokens, so that a text never looks like a sign."""
        if not 0 <= place < len(self._tokens) or self._tokens[place].kind is not Kind.SIGN:
            return ""
        return self._tokens[place].text

    def _kind(self, place: int) -> Kind | None:
        return self._tokens[place].kind if 0 <= place < len(self._tokens) else None

    def _refuse(self, token: Token, why: str) -> None:
        raise refusal(self._statement, token.at, why)


def _known() -> str:
    return "only MATCH, OPTIONAL MATCH, WHERE, WITH, UNWIND, CALL { }, RETURN, ORDER BY, SKIP, LIMIT and UNION are."
