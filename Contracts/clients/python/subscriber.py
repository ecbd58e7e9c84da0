#!/usr/bin/python3
"""Listens to outcomes on a durable queue of its own and keeps the subscriptions' state; with --answer it prints that state.

Acknowledges last: what was not stored is delivered again, and what was stored is known by its event's id.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time

import pika
from pika.exceptions import AMQPConnectionError, AMQPChannelError

from contracts import Contracts, Event
from outcome import NotUnderstood, Outcome, name, text
from store import Store

IDENTITY_CONFLICT = "identity-conflict"
LONGEST_PAUSE, STORAGE_PAUSE = 30.0, 5.0


class Subscriber:
    def __init__(self, contracts: Contracts, store: Store) -> None:
        self._contracts, self._store = contracts, store

    def take(self, body: bytes) -> None:
        """Stores what an event says, once; anything that isn't understood is passed over and held against nobody.

        What the store raises goes on to the caller: then the event isn't stored, and must come again.
        """
        try:
            outcome = self._read(body)
        except Exception as problem:  # Whatever it is, it would be the same each time the event came again.
            return print(f"passed over, {problem!r}: {body[:200]!r}", file=sys.stderr)
        with self._store.transaction():
            if self._store.is_new(outcome.event):
                self._apply(outcome)

    def understands(self, kind: str) -> bool:
        """Within a version fields may be added; another version may mean something else by the same fields."""
        return kind in self._contracts.event_types

    def _read(self, body: bytes) -> Outcome:
        event: Event = json.loads(body)
        kind = text(event, "type")
        if kind is None or not self.understands(kind):
            raise NotUnderstood(f"{name(event)} is of a later contract: {kind}")
        return Outcome.read(event)

    def _apply(self, told: Outcome) -> None:
        self._store.apply(told.event)
        # A preview tells what would be.
        if told.outcome != "previewed" and told.subscription and told.version is not None:
            if self._store.is_newer(told.subscription, told.version):
                self._store.update(told.subscription, told.version, told.state)
        report = self._report(told)
        if told.source is None or told.command is None:
            return
        if told.code == IDENTITY_CONFLICT:
            # Another message came under the same name. The command that has it goes on, and keeps its number.
            self._store.note(told.source, told.command, report)
        elif told.outcome != "entitlement":
            # A sync sends what it finds one by one before its end.
            self._store.end(told.source, told.command, told.outcome, report)

    def _report(self, told: Outcome) -> Event | None:
        """Why it wasn't done, what that means, and what to do."""
        if told.code is None:
            return None
        meaning, action = self._contracts.advice(told.code)
        print(f"{told.source} {told.command} was refused, {told.code}: {told.detail} {action}", file=sys.stderr)
        return {"code": told.code, "detail": told.detail, "meaning": meaning, "action": action}


def listen(url: str, exchange: str, queue: str, subscriber: Subscriber) -> None:
    """Consumes until the connection ends."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, exchange, routing_key="#")
        channel.basic_qos(prefetch_count=100)
        for method, _, body in channel.consume(queue):
            # Held while nothing can be stored: given back, it would count as delivered once more, up to a limit.
            while problem := stored(subscriber, body):
                print(f"not stored, again in {STORAGE_PAUSE} s: {problem!r}", file=sys.stderr)
                connection.sleep(STORAGE_PAUSE)
            channel.basic_ack(method.delivery_tag)


def stored(subscriber: Subscriber, body: bytes) -> sqlite3.OperationalError | None:
    """Nothing once it is; or the storage's problem, which may pass: a disk that is full, a file that is locked."""
    try:
        subscriber.take(body)
    except sqlite3.OperationalError as problem:
        return problem
    return None


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--answer", action="store_true", help="print what is stored, as JSON lines, and end")
    options.add_argument("--amqp", default="amqp://guest:guest@127.0.0.1:5672/%2F")
    options.add_argument("--store", default="shop.sqlite")
    options.add_argument("--queue", default="shop.events")
    options.add_argument("--prefix", help="what the names of exchanges begin with, if it isn't the usual one")
    options.add_argument("--exchange", help="listen there instead, as in a conformance run")
    return options


def main(kind: type[Subscriber] = Subscriber, store: type[Store] = Store,
         options: argparse.ArgumentParser | None = None) -> None:
    arguments = (options or parser()).parse_args()
    contracts, kept = Contracts(arguments.prefix), store(arguments.store)
    if arguments.answer:
        for line in kept.answer():
            print(json.dumps(line))
        return
    subscriber, pause = kind(contracts, kept), 0.5
    while True:
        began = time.monotonic()
        try:
            listen(arguments.amqp, arguments.exchange or contracts.events, arguments.queue, subscriber)
        except (AMQPConnectionError, AMQPChannelError, OSError) as problem:
            # OSError: above all, a host whose name isn't found.
            # One that lasted was a good one: the next is tried soon.
            pause = 0.5 if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            print(f"again in {pause} s: {problem!r}", file=sys.stderr)
            time.sleep(pause)


if __name__ == "__main__":
    main()
