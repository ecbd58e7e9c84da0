#!/usr/bin/python3
"""Publishes commands: checked against the schemas, kept in an outbox, sent until the broker confirms.

Reads one JSON object a line: {"operation": …, "data": {…}}, optionally with "id", "dryrun" and "reply_to".
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import uuid
from datetime import datetime, timezone
from typing import Any, Iterable

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.spec import Basic

from contracts import Contracts, Event, NotInContract
from store import Store

CONFIRM_TIMEOUT = 15.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# Of a queue, in bytes, in AMQP.
LONGEST_NAME = 255
# What a line may have, and must.
MEMBERS: dict[str, type] = {"operation": str, "data": dict, "id": str, "dryrun": bool, "reply_to": str}
REQUIRED = ("operation", "data")


class NotConfirmed(Exception):
    """A message that may be lost: it must be sent again, under the same id."""


class ConfirmChannel:
    """A channel with publisher confirms, each a future."""

    def __init__(self) -> None:
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open: dict[int, tuple[bytes, asyncio.Future[None]]] = {}
        # By body: two sources may use the same id.
        self._returned: set[bytes] = set()
        self._last_tag = 0

    async def connect(self, url: str) -> None:
        self._connection = AsyncioConnection(
            pika.URLParameters(url),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._channel_opened),
            on_open_error_callback=lambda _, error: self._fail(error),
            on_close_callback=lambda _, error: self._fail(error))
        await asyncio.wait_for(self._ready, CONFIRM_TIMEOUT)

    async def publish(self, exchange: str, key: str, body: bytes, properties: pika.BasicProperties) -> None:
        """Returns once the broker has taken the message for good."""
        if not self._connection.is_open:
            raise NotConfirmed("the connection is gone")
        self._last_tag += 1
        confirm = asyncio.get_running_loop().create_future()
        self._open[self._last_tag] = (body, confirm)
        self._channel.basic_publish(exchange, key, body, properties, mandatory=True)
        try:
            await asyncio.wait_for(confirm, CONFIRM_TIMEOUT)
        except asyncio.TimeoutError:
            raise NotConfirmed("no confirm in time") from None

    def close(self) -> None:
        if hasattr(self, "_connection") and self._connection.is_open:
            self._connection.close()

    def _channel_opened(self, channel: pika.channel.Channel) -> None:
        self._channel = channel
        channel.add_on_return_callback(lambda _, method, properties, body: self._returned.add(body))
        channel.add_on_close_callback(lambda _, error: self._fail(error))
        channel.confirm_delivery(self._confirmed, callback=lambda _: self._ready.set_result(None))

    def _confirmed(self, frame: pika.frame.Method) -> None:
        method = frame.method
        tags = [t for t in self._open if t <= method.delivery_tag] if method.multiple else [method.delivery_tag]
        for tag in tags:
            body, confirm = self._open.pop(tag, (None, None))
            if confirm is None or confirm.done():
                continue
            # What no queue took comes back first, and is confirmed all the same.
            if body in self._returned:
                self._returned.discard(body)
                confirm.set_exception(NotConfirmed("no queue is bound for the routing key"))
            elif isinstance(method, Basic.Nack):
                confirm.set_exception(NotConfirmed("the broker refused it"))
            else:
                confirm.set_result(None)

    def _fail(self, error: BaseException) -> None:
        if not self._ready.done():
            self._ready.set_exception(NotConfirmed(str(error)))
        for _, confirm in self._open.values():
            if not confirm.done():
                confirm.set_exception(NotConfirmed(str(error)))
        self._open.clear()


class Publisher:
    def __init__(self, url: str, contracts: Contracts, store: Store, source: str) -> None:
        self._url, self._contracts, self._store, self._source = url, contracts, store, source

    def order(self, operation: str, data: dict[str, Any], command: str | None = None, dryrun: bool = False,
              reply_to: str | None = None) -> str:
        """Puts a command into the outbox, with its place in the order of the subscription's changes.

        What is there under that id already stays as it is: whoever asks again after a crash means the same command.
        """
        if operation not in self._contracts.operations:
            raise NotInContract(f"there is no operation {operation}")
        kind = self._contracts.operations[operation]
        command = str(uuid.uuid4()) if command is None else command
        # Before the store is asked, which can't be asked for half of a surrogate pair.
        self._contracts.check_text("event", [self._source, command, data])
        self._contracts.check_text("reply_to", reply_to)
        if len((reply_to or "").encode()) > LONGEST_NAME:
            raise NotInContract(f"reply_to: has more than {LONGEST_NAME} bytes")
        subscription = data.get("subscriptionId")
        if not isinstance(subscription, str):
            subscription = None
        with self._store.transaction():
            if self._store.has(self._source, command):
                return command
            number = None
            if kind.is_numbered and not dryrun:
                number = self._store.next_number(subscription or "", kind.creates)
                data = data if number is None else {**data, "expectedVersion": number}
            event: Event = {
                "specversion": "1.0", "id": command, "source": self._source, "type": kind.type,
                "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
                "datacontenttype": "application/json", "data": data,
            }
            if dryrun:
                event["dryrun"] = True
            self._contracts.check(event, kind)
            message = {"event": event, "reply_to": reply_to}
            self._store.keep(self._source, command, operation, subscription, number, message)
        return command

    async def deliver(self) -> None:
        """Sends what is in the outbox until the broker has confirmed all of it: also what an earlier run left there."""
        pause = SHORTEST_PAUSE
        while waiting := self._store.unconfirmed():
            channel = ConfirmChannel()
            try:
                await channel.connect(self._url)
                sent = [self._send(channel, *command) for command in waiting]
                problems = [problem for problem in await asyncio.gather(*sent, return_exceptions=True) if problem]
            except (NotConfirmed, asyncio.TimeoutError, OSError) as problem:
                problems = [problem] * len(waiting)
            finally:
                channel.close()
            if problems:
                # As long as some get through, the others may soon.
                pause = SHORTEST_PAUSE if len(problems) < len(waiting) else pause
                print(f"{len(problems)} not confirmed, again in {pause} s: {problems[0]!r}", file=sys.stderr)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _send(self, channel: ConfirmChannel, operation: str, message: dict[str, Any]) -> None:
        event = message["event"]
        body, properties = self.message(event, message["reply_to"])
        await channel.publish(self._contracts.commands, operation, body, properties)
        self._store.confirm(event["source"], event["id"])

    def message(self, event: Event, reply_to: str | None) -> tuple[bytes, pika.BasicProperties]:
        """The event in structured mode. No expiration: a command that waits must not die."""
        properties = pika.BasicProperties(
            content_type="application/cloudevents+json", delivery_mode=2, message_id=event["id"], reply_to=reply_to)
        return json.dumps(event).encode(), properties


def read(line: bytes) -> dict[str, Any]:
    """What a line asks for, as arguments of `Publisher.order`."""
    try:
        wanted = json.loads(line.decode())
    except (ValueError, RecursionError) as problem:
        raise NotInContract(f"no JSON in UTF-8: {problem}") from None
    if not isinstance(wanted, dict):
        raise NotInContract("no JSON object")
    for name in REQUIRED:
        if name not in wanted:
            raise NotInContract(f"{name}: is missing")
    found = {name: wanted[name] for name in MEMBERS if wanted.get(name) is not None or name in REQUIRED}
    for name, value in found.items():
        if not isinstance(value, MEMBERS[name]):
            raise NotInContract(f"{name}: must be {MEMBERS[name].__name__}, not {type(value).__name__}")
    return {"command" if name == "id" else name: value for name, value in found.items()}


def run(arguments: argparse.Namespace, lines: Iterable[bytes], kind: type[Publisher] = Publisher) -> None:
    """Orders line by line up to the first that is refused: what follows may build on it. Delivers what was accepted."""
    contracts = Contracts(arguments.prefix)
    contracts.commands = arguments.exchange or contracts.commands
    publisher = kind(arguments.amqp, contracts, Store(arguments.store), arguments.source)
    refusal = None
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                print(publisher.order(**read(line)), flush=True)
        except Exception as problem:  # Whatever it is, the lines before were promised to be sent.
            words = problem if isinstance(problem, NotInContract) else repr(problem)
            refusal = f"line {number} and what follows is not published: {words}"
            break
    asyncio.run(publisher.deliver())
    if refusal:
        sys.exit(refusal)


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("commands", help="a file with one command a line; - for standard input")
    options.add_argument("--amqp", default="amqp://guest:guest@127.0.0.1:5672/%2F")
    options.add_argument("--store", default="shop.sqlite")
    options.add_argument("--source", default="/shop", help="who publishes; with the id it names a command")
    options.add_argument("--prefix", help="what the names of exchanges begin with, if it isn't the usual one")
    options.add_argument("--exchange", help="publish there instead, as to a conformance run")
    return options


def main(kind: type[Publisher] = Publisher, options: argparse.ArgumentParser | None = None) -> None:
    arguments = (options or parser()).parse_args()
    try:
        # As bytes: one line that isn't UTF-8 must not hide those before it.
        commands = sys.stdin.buffer if arguments.commands == "-" else open(arguments.commands, "rb")
    except OSError as problem:
        sys.exit(f"{arguments.commands} can't be read: {problem.strerror}")
    with commands as lines:
        run(arguments, lines, kind)


if __name__ == "__main__":
    main()
