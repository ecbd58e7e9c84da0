"""What an event says of a command and its subscription, checked before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts import Event

# What SQLite can hold; the contract has no limit, but nobody changes a subscription that often.
LARGEST_VERSION = 2**63 - 1


class NotUnderstood(ValueError):
    """An event that is none, or says something else than the contract lets it."""


@dataclass(frozen=True)
class Outcome:
    """An event that the contract describes. Each field can be stored as it is."""

    event: str
    outcome: str
    # Who sent the command, and its id: together they name it.
    source: str | None
    command: str | None
    subscription: str | None
    version: int | None
    state: str | None
    # Why it wasn't done, by its code, and in words for a person.
    code: str | None
    detail: str | None

    @classmethod
    def read(cls, event: Event) -> Outcome:
        data = members(event, "data")
        command = members(data, "command")
        refusal = members(data, "rejection") or members(data, "deadLetter")
        outcome = text(data, "outcome")
        if outcome is None:
            raise NotUnderstood("outcome is missing")
        return cls(
            event=name(event), outcome=outcome, source=text(command, "source"), command=text(command, "id"),
            subscription=text(data, "subscriptionId"), version=whole(data, "version"), state=text(data, "state"),
            code=text(refusal, "code") or text(refusal, "reason"),
            detail=text(refusal, "message") or text(refusal, "detail"))


def name(event: Event) -> str:
    """The event's id."""
    found = text(event, "id")
    if not found:
        raise NotUnderstood("id is missing")
    return found


def members(value: Event, key: str) -> Event:
    """An object; an empty one where there is none."""
    found = _get(value, key)
    if found is not None and not isinstance(found, dict):
        raise NotUnderstood(f"{key} is no object")
    return found or {}


def text(value: Event, key: str) -> str | None:
    found = _get(value, key)
    if found is None:
        return None
    if not isinstance(found, str):
        raise NotUnderstood(f"{key} is no text")
    # Half of a surrogate pair can be written in JSON, but not in UTF-8.
    found.encode()
    return found


def whole(value: Event, key: str) -> int | None:
    found = _get(value, key)
    # To Python, True is a number.
    if found is not None and (type(found) is not int or not 0 <= found <= LARGEST_VERSION):
        raise NotUnderstood(f"{key} is no version")
    return found


def _get(value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{key} is missing: there is no object that could have it")
    return value.get(key)
