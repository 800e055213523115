"""Passwords: argon2id hashes, made and checked (RFC 9106)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kg.errors import InvalidRequest

MINIMUM = 8
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash to keep.

    Raises:
        InvalidRequest: The password is too short.
    """
    if len(password) < MINIMUM:
        raise InvalidRequest(f"A password needs at least {MINIMUM} characters.", field="password")
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """True when the password is the one the hash was made of.

    A person without a hash, or nobody at all, costs the same time as a wrong password.
    """
    try:
        return _hasher.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
