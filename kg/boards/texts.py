"""Words that several people change at once.

Each text is a Yjs document (`pycrdt`): whoever changes it starts from the state they saw, and
what they changed is merged into what others made of it meanwhile. The documents live in memory
and their client numbers are random: who wrote which word is in no document that is kept.
"""

from __future__ import annotations

import difflib
from collections import OrderedDict

from pycrdt import Doc, Text

from ..domain.board.items import AnyItem
from ..errors import TextChanged

MOST_TEXTS = 2_000
STATES = 60


class _Shared:
    """One text and the states that people may have started from."""

    def __init__(self, text: str, rev: int) -> None:
        self.doc: Doc[Text] = Doc()
        self.doc["text"] = Text(text)
        self.states: OrderedDict[int, bytes] = OrderedDict({rev: self.doc.get_update()})

    @property
    def text(self) -> str:
        return str(self.doc.get("text", type=Text))

    def keep(self, rev: int) -> None:
        self.states[rev] = self.doc.get_update()
        while len(self.states) > STATES:
            self.states.popitem(last=False)


class SharedTexts:
    """The texts of one board; forgets those that were not touched for long."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, _Shared] = OrderedDict()

    def merge(self, item: AnyItem, text: str, base: int, new: str) -> str:
        """The words that keep what both changed.

        Args:
            item: What the words belong to; its `rev` is that of `text`.
            text: The words as they are.
            base: The revision that `new` was made from.
            new: The words as somebody wants them.

        Raises:
            TextChanged: What `base` said is not known any more; nothing is merged blindly.
        """
        shared = self._of(item, text)
        if base == item.rev or new == text:
            return new
        state = shared.states.get(base)
        if state is None:
            raise TextChanged("Somebody else changed these words meanwhile.", theirs=text, mine=new, rev=item.rev)
        theirs: Doc[Text] = Doc()
        theirs.apply_update(state)
        _rewrite(theirs.get("text", type=Text), new)
        both: Doc[Text] = Doc()
        both.apply_update(shared.doc.get_update())
        both.apply_update(theirs.get_update())
        return str(both.get("text", type=Text))

    def kept(self, item: AnyItem, before: str, text: str, rev: int) -> None:
        """Remember that the words of an item became `text` at a revision."""
        shared = self._of(item, before)
        if shared.text != text:
            _rewrite(shared.doc.get("text", type=Text), text)
        shared.keep(rev)

    def _of(self, item: AnyItem, text: str) -> _Shared:
        shared = self._texts.get(item.id)
        if shared is None or shared.text != text:
            shared = self._texts[item.id] = _Shared(text, item.rev)
        elif item.rev not in shared.states:
            shared.keep(item.rev)
        self._texts.move_to_end(item.id)
        while len(self._texts) > MOST_TEXTS:
            self._texts.popitem(last=False)
        return shared


def _rewrite(text: Text, new: str) -> None:
    """Make a text say `new` by the fewest insertions and removals; positions are those of UTF-8, as Yjs counts."""
    old = str(text)
    if old == new:
        return
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
        if kind == "equal":
            continue
        start, end = len(old[:i1].encode()), len(old[:i2].encode())
        if end > start:
            del text[start:end]
        if j2 > j1:
            text.insert(start, new[j1:j2])
