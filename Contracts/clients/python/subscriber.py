#!/usr/bin/python3
"""Listens to outcomes on a durable queue of its own and keeps the subscriptions' state; with --answer it prints that state.

Acknowledges last: what was not stored is delivered again, and what was stored is known by its event's id.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import pika
from pika.exceptions import AMQPConnectionError, AMQPChannelError

from contracts import Contracts, Event
from store import Store

LONGEST_PAUSE = 30.0


class Subscriber:
    def __init__(self, contracts: Contracts, store: Store) -> None:
        self._contracts, self._store = contracts, store

    def take(self, body: bytes) -> None:
        """Stores what an event says, once; anything that isn't understood is passed over and held against nobody."""
        try:
            event: Event = json.loads(body)
            kind, name, data = event["type"], event["id"], dict(event.get("data") or {})
        except (ValueError, KeyError, TypeError, AttributeError):
            return print(f"passed over, no event: {body[:200]!r}", file=sys.stderr)
        if not self.understands(kind):
            return print(f"passed over, of a later contract: {kind} {name}", file=sys.stderr)
        with self._store.transaction():
            if self._store.is_new(name):
                self._apply(name, data)

    def understands(self, kind: str) -> bool:
        """Within a version fields may be added; another version may mean something else by the same fields."""
        return kind in self._contracts.event_types

    def _apply(self, event: str, data: Event) -> None:
        self._store.apply(event)
        command, outcome = (data.get("command") or {}).get("id"), data.get("outcome")
        subscription, version = data.get("subscriptionId"), data.get("version")
        # A preview tells what would be.
        if outcome != "previewed" and subscription and version is not None:
            if self._store.is_newer(subscription, version):
                self._store.update(subscription, version, data.get("state"))
        # A sync sends what it finds one by one before its end.
        if outcome != "entitlement":
            self._store.end(command, outcome, self._report(command, data))

    def _report(self, command: str, data: Event) -> Event | None:
        """Why it wasn't done, what that means, and what to do."""
        refusal = data.get("rejection") or data.get("deadLetter")
        if not refusal:
            return None
        code = refusal.get("code") or refusal.get("reason", "")
        meaning, action = self._contracts.advice(code)
        detail = refusal.get("message") or refusal.get("detail")
        print(f"{command} was refused, {code}: {detail} {action}", file=sys.stderr)
        return {"code": code, "detail": detail, "meaning": meaning, "action": action}


def listen(url: str, exchange: str, queue: str, subscriber: Subscriber) -> None:
    """Consumes until the connection ends."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, exchange, routing_key="#")
        channel.basic_qos(prefetch_count=100)
        for method, _, body in channel.consume(queue):
            subscriber.take(body)
            channel.basic_ack(method.delivery_tag)


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
        except (AMQPConnectionError, AMQPChannelError) as problem:
            # One that lasted was a good one: the next is tried soon.
            pause = 0.5 if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            print(f"again in {pause} s: {problem!r}", file=sys.stderr)
            time.sleep(pause)


if __name__ == "__main__":
    main()
