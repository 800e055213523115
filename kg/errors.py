"""Everything that `kg` raises.

```
KgError
├── InvalidRecord          a record breaks a rule of its kind (field, value)
├── InvalidRequest         an operation was asked with unusable values
│   ├── TooLong                words with more characters than there is room for
│   ├── NotSmart               an outcome that cannot be checked yet; names each missing letter
│   ├── EvidenceNeeded         an outcome without the evidence that the rules ask for
│   ├── EmptyFile              a file without a byte
│   ├── FileTooLarge           a file larger than the installation keeps
│   ├── UnsafeFile             a file that is not what its name says, or could do something
│   ├── LinkRefused            an address that is never looked at
│   ├── LinkUnreachable        an address where nothing answered as it should
│   ├── UnitMismatch           a value of another kind or unit than its metric's
│   ├── NoRate                 no exchange rate is known on or before a day
│   ├── UnknownCurrency        a code that no currency in use has
│   ├── BadAmount              money that cannot be entered so
│   ├── BadWeight              a weight that is not above zero
│   ├── OutOfBounds            a day or figure that nothing promised or measured has
│   ├── MeasuredOtherwise      another unit for what was measured already
│   ├── DatedAhead             something actual on a day to come
│   ├── DateOrder              an end before its start
│   ├── TargetAtBaseline       a value to reach that is the one at the start
│   ├── SeveralNamed           a name that several things have; names their ids
│   └── ClaimedTwice           shares of one benefit that sum to more than the whole
├── NotFound               no such record; names the nearest known one
├── Conflict               somebody else changed it, or it exists already
│   ├── CircularObjectives an objective that would be above itself
│   ├── AlreadyCorrected   an entry that a later one corrects already
│   ├── WrongState         a step that cannot follow the state a record is in
│   │   ├── WrongActionState   the same of an action
│   │   ├── WrongOutcomeState  the same of an outcome
│   │   └── WrongAlertState    the same of an alert
│   ├── StaleReview            a review of what has changed since it was read
│   ├── MapCycle           a link that would lead an outcome back to itself
│   └── MoveRefused        a move that the rules of a board do not allow
│       ├── WrongPhase         not in this phase
│       ├── VotesSpent         more votes than a voter or a topic may have
│       ├── TextChanged        somebody else changed these words; carries both versions
│       ├── MovedOn            the board went on to another phase meanwhile
│       ├── NothingToUndo      no move of one's own that nobody has built on
│       └── BoardClosed        the retrospective is over
├── Forbidden              the visitor may not do or see this
│   ├── OwnWork            nobody judges what they wrote themselves
│   ├── NotYours           what somebody else wrote
│   ├── NotYourReview      a review that somebody else has to give
│   ├── NotYourRole        what only facilitators, or no observers, do
│   ├── StillWaiting       nobody has let this guest in yet
│   └── TokenElsewhere     one's token of an anonymous board is in another browser
├── NotSignedIn            the caller is not known
├── StoreError
│   ├── StoreUnavailable   the engine cannot be reached or is shut
│   ├── StoreRefused       the engine refused the sign-in
│   ├── StoreLocked        another process owns the file
│   ├── StoreCorrupt       the file is not a readable graph
│   ├── StoreFull          no room left to write
│   ├── ConstraintViolated a uniqueness rule of the graph
│   └── QueryFailed        the engine could not run a statement
├── BlobChanged            a kept file no longer holds what was put into it
├── ExchangeError          a JSON Lines file is not one of ours, or is torn
└── EncoderError           a model cannot be loaded or used
```

An error carries a `code` (the key of its words in the message catalogue) and `fields`
(what the words need). `str(error)` is the English text, fit for a terminal.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, ClassVar


class KgError(Exception):
    """What went wrong, where, and what to do.

    Args:
        message: One or two plain English sentences.
        **fields: The values the message speaks of (file, row, field, value, hint ...).
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message, self.fields))

    def as_dict(self) -> dict[str, Any]:
        """The error as sent over HTTP or printed with --json."""
        return {"code": self.code, "message": self.message, "fields": self.fields}


def _rebuild(kind: type[KgError], message: str, fields: dict[str, Any]) -> KgError:
    return kind(message, **fields)


class InvalidRecord(KgError):
    """A record breaks a rule of its kind."""

    code = "invalid_record"
    status = 422


class InvalidRequest(KgError):
    """An operation was asked with unusable values."""

    code = "invalid_request"
    status = 400


class TooLong(InvalidRequest):
    """Words with more characters than there is room for; nothing of them was kept."""

    code = "too_long"


class NotSmart(InvalidRequest):
    """An outcome is not stated so that it can be checked; `gaps` names fields by missing letter."""

    code = "not_smart"
    status = 422


class EvidenceNeeded(InvalidRequest):
    """An outcome lacks the evidence that the review rules ask for."""

    code = "evidence_needed"
    status = 422


class EmptyFile(InvalidRequest):
    """A file has no content."""

    code = "empty_file"


class FileTooLarge(InvalidRequest):
    """A file is larger than the installation keeps."""

    code = "file_too_large"
    status = 413


class UnsafeFile(InvalidRequest):
    """A file is not what its name says, or is one that could do something."""

    code = "unsafe_file"
    status = 415


class LinkRefused(InvalidRequest):
    """An address that this installation does not look at."""

    code = "link_refused"


class LinkUnreachable(InvalidRequest):
    """Nothing at an address answered as it should; `gone` when the server says that nothing is there."""

    code = "link_unreachable"
    status = 422


class UnitMismatch(InvalidRequest):
    """A value of another kind or unit than its metric's; says what was expected."""

    code = "unit_mismatch"


class NoRate(InvalidRequest):
    """No exchange rate between two currencies is known on or before a day."""

    code = "no_rate"


class UnknownCurrency(InvalidRequest):
    """A code that no currency in use has."""

    code = "unknown_currency"


class BadAmount(InvalidRequest):
    """Money that is negative, too large or too fine to be entered."""

    code = "bad_amount"


class BadWeight(InvalidRequest):
    """A weight that is not above zero."""

    code = "bad_weight"


class OutOfBounds(InvalidRequest):
    """A day or a figure that no outcome or measurement has; `least` and `most` are the bounds."""

    code = "out_of_bounds"


class MeasuredOtherwise(InvalidRequest):
    """Another unit or kind of value for what was measured already; `count` measurements count."""

    code = "measured_otherwise"


class DatedAhead(InvalidRequest):
    """Something that is said to have happened on a day to come."""

    code = "dated_ahead"


class DateOrder(InvalidRequest):
    """An end before its start."""

    code = "date_order"


class TargetAtBaseline(InvalidRequest):
    """A value to reach that is the one at the start: nobody could tell how far it is."""

    code = "target_at_baseline"


class SeveralNamed(InvalidRequest):
    """A name that several things have; names their ids."""

    code = "several_named"


class ClaimedTwice(InvalidRequest):
    """Shares of one benefit that sum to more than the whole."""

    code = "claimed_twice"


class SharedOutOfSight(InvalidRequest):
    """A share that does not fit with shares of others that the visitor may not see."""

    code = "shared_out_of_sight"


class NotFound(KgError):
    """There is no such thing, or the visitor may not know of it."""

    code = "not_found"
    status = 404

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> NotFound:
        """An error that names the nearest of the known names."""
        near = nearest(name, known)
        hint = f" Did you mean {near!r}?" if near else ""
        return cls(f"There is no {kind} {name!r}.{hint}", kind=kind, name=name, nearest=near)


class Conflict(KgError):
    """Somebody else changed it, or it exists already."""

    code = "conflict"
    status = 409


class CircularObjectives(Conflict):
    """An objective that would stand above itself."""

    code = "circular_objectives"


class StandsAbove(Conflict):
    """An objective that others stand below; names them."""

    code = "stands_above"


class AlreadyCorrected(Conflict):
    """An entry that a later one corrects already."""

    code = "already_corrected"


class MoneyStands(Conflict):
    """An outcome cannot be taken out of use while costs or benefits of it count."""

    code = "money_stands"


class WrongState(Conflict):
    """A step cannot follow the state a record is in."""

    code = "wrong_state"


class MapCycle(Conflict):
    """A link that would lead an outcome back to itself; nothing was written."""

    code = "map_cycle"


class MoveRefused(Conflict):
    """A move that the rules of a board do not allow."""

    code = "move_refused"


class WrongPhase(MoveRefused):
    """A move that belongs to another phase."""

    code = "wrong_phase"


class VotesSpent(MoveRefused):
    """More votes than a voter has, or than one topic may get from them."""

    code = "votes_spent"


class TextChanged(MoveRefused):
    """Somebody else changed these words and the two versions cannot be merged; nothing was overwritten."""

    code = "text_changed"


class MovedOn(MoveRefused):
    """The board went on to another phase before this move arrived."""

    code = "moved_on"


class NothingToUndo(MoveRefused):
    """There is no move of one's own, in this phase, that nobody has built on."""

    code = "nothing_to_undo"


class BoardClosed(MoveRefused):
    """The retrospective is over; what came out of it can be read."""

    code = "board_closed"


class WrongActionState(WrongState):
    """A step cannot follow the status an action is in."""

    code = "wrong_action_state"


class WrongOutcomeState(WrongState):
    """A step cannot follow the state an outcome is in."""

    code = "wrong_outcome_state"


class StaleReview(Conflict):
    """What was reviewed has changed since it was read; nothing was kept."""

    code = "stale_review"


class WrongAlertState(WrongState):
    """A step cannot follow the state an alert is in."""

    code = "wrong_alert_state"


class Forbidden(KgError):
    """The visitor may not do this."""

    code = "forbidden"
    status = 403


class OwnWork(Forbidden):
    """Nobody judges what they wrote, or proposed, themselves."""

    code = "own_work"


class NotYours(Forbidden):
    """Somebody else wrote it."""

    code = "not_yours"


class NotYourReview(Forbidden):
    """Somebody else has to give this review."""

    code = "not_your_review"


class NotYourRole(Forbidden):
    """Only facilitators do this, or observers do not."""

    code = "not_your_role"


class StillWaiting(Forbidden):
    """A guest whom no facilitator has let in yet."""

    code = "still_waiting"


class TokenElsewhere(Forbidden):
    """One's token of an anonymous board is kept by another browser, and there is only one."""

    code = "token_elsewhere"


class NotSignedIn(KgError):
    """The caller is not known."""

    code = "not_signed_in"
    status = 401


class StoreError(KgError):
    """The store failed or refused."""

    code = "store_error"
    status = 503


class StoreUnavailable(StoreError):
    """The engine cannot be reached, or is shut."""

    code = "store_unavailable"


class StoreRefused(StoreError):
    """The engine refused the sign-in."""

    code = "store_refused"


class StoreLocked(StoreError):
    """Another process owns the file."""

    code = "store_locked"


class StoreCorrupt(StoreError):
    """The file is not a readable graph."""

    code = "store_corrupt"


class StoreFull(StoreError):
    """No room is left to write."""

    code = "store_full"


class ConstraintViolated(StoreError):
    """A uniqueness rule of the graph refused a write."""

    code = "constraint_violated"
    status = 409


class QueryFailed(StoreError):
    """The engine could not run a statement."""

    code = "query_failed"
    status = 500


class BlobChanged(KgError):
    """A kept file no longer holds what was put into it."""

    code = "blob_changed"
    status = 410


class ExchangeError(KgError):
    """A JSON Lines file is not one of ours, or is torn."""

    code = "exchange_error"
    status = 422


class EncoderError(KgError):
    """A model cannot be loaded or used."""

    code = "encoder_error"
    status = 503


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is near."""
    names = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def by_code() -> dict[str, type[KgError]]:
    """Every error class by its code, so that a client can raise what the server raised."""
    found: dict[str, type[KgError]] = {}
    waiting: list[type[KgError]] = [KgError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting.extend(kind.__subclasses__())
    return found
