"""What the shop remembers, in one SQLite file: commands it sent, events it has seen, subscriptions as they stand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TABLES = """
create table if not exists commands (source text not null, id text not null, operation text not null,
    subscription text, number integer, message text not null, confirmed integer not null default 0, outcome text,
    report text, primary key (source, id));
create table if not exists subscriptions (id text primary key, version integer not null, state text);
create table if not exists seen (event text primary key);
create table if not exists applied (event text not null);
"""


class Store:
    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one writer at a time; durable when it ends."""
        self._db.execute("begin immediate")
        try:
            yield
            self._db.execute("commit")
        except BaseException:
            # After some errors, a full disk's for one, SQLite has gone back by itself.
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise

    # The publisher's side: an outbox.

    def next_number(self, subscription: str, creates: bool) -> int | None:
        """The lowest version that no open command expects: one that was refused leaves its number to the next.

        None for a subscription that somebody else made, as long as no event has told its version.
        """
        known = self._db.execute("select version from subscriptions where id = ?", [subscription]).fetchone()
        taken = {number for (number,) in self._db.execute(
            "select number from commands where subscription = ? and outcome is null", [subscription])}
        if not known and not taken and not creates:
            return None
        number = known[0] if known else 0
        while number in taken:
            number += 1
        return number

    def has(self, source: str, command: str) -> bool:
        return self._db.execute(
            "select 1 from commands where source = ? and id = ?", [source, command]).fetchone() is not None

    def keep(self, source: str, command: str, operation: str, subscription: str | None, number: int | None,
             message: dict[str, Any]) -> None:
        self._db.execute(
            "insert into commands (source, id, operation, subscription, number, message) values (?, ?, ?, ?, ?, ?)",
            [source, command, operation, subscription, number, json.dumps(message)])

    def unconfirmed(self) -> list[tuple[str, dict[str, Any]]]:
        """Operation and message, as they were ordered."""
        rows = self._db.execute("select operation, message from commands where not confirmed order by rowid")
        return [(operation, json.loads(message)) for operation, message in rows]

    def confirm(self, source: str, command: str) -> None:
        self._db.execute("update commands set confirmed = 1 where source = ? and id = ?", [source, command])

    # The subscriber's side: an inbox.

    def is_new(self, event: str) -> bool:
        """Whether the event was never seen; from now on it was."""
        return self._db.execute("insert or ignore into seen values (?)", [event]).rowcount == 1

    def apply(self, event: str) -> None:
        self._db.execute("insert into applied values (?)", [event])

    def is_newer(self, subscription: str, version: int) -> bool:
        known = self._db.execute("select version from subscriptions where id = ?", [subscription]).fetchone()
        return known is None or version > known[0]

    def update(self, subscription: str, version: int, state: str | None) -> None:
        self._db.execute(
            """insert into subscriptions values (?1, ?2, ?3) on conflict (id)
               do update set version = ?2, state = coalesce(?3, state)""", [subscription, version, state])

    def end(self, source: str, command: str, outcome: str, report: dict[str, Any] | None) -> None:
        """Notes how a command ended; its first outcome counts. Another shop's command of that id is none of ours."""
        self._db.execute(
            "update commands set outcome = ?, report = ? where source = ? and id = ? and outcome is null",
            [outcome, report and json.dumps(report), source, command])

    def note(self, source: str, command: str, report: dict[str, Any] | None) -> None:
        """Notes what a person should see of a command that is still open."""
        self._db.execute("update commands set report = ? where source = ? and id = ? and outcome is null",
                         [report and json.dumps(report), source, command])

    def answer(self) -> Iterator[dict[str, Any]]:
        """All of it that `order-worker conform subscriber` asks for, and what was refused."""
        for subscription, version, state in self._db.execute("select * from subscriptions"):
            yield {"subscriptionId": subscription, "version": version, "state": state}
        for (event,) in self._db.execute("select event from applied"):
            yield {"applied": event}
        for source, command, outcome, report in self._db.execute("select source, id, outcome, report from commands"):
            refusal = json.loads(report) if report else {}
            yield {"source": source, "command": command, "outcome": outcome} | refusal
