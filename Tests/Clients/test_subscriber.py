"""The subscriber of Contracts/clients/python without a broker: what it takes, and what it passes over."""

import json
import socket
import sqlite3
import sys
import unittest
from unittest.mock import patch

from support import CONTRACTS, ClientTest

import publisher
import subscriber

RENEW = {"subscriptionId": "S", "term": {"days": 1}}


class Enough(Exception):
    """Ends a loop that goes on for ever."""


def event(event_id="e", outcome="rejected", source="/shop", command="1", **data):
    data = {"command": {"id": command, "source": source}, "operation": "renew-subscription", "outcome": outcome,
            "subscriptionId": "S", **data}
    return {"specversion": "1.0", "id": event_id, "type": f"orders.renew-subscription.{outcome}.v1", "data": data}


class SubscriberTest(ClientTest):
    def setUp(self):
        super().setUp()
        self.subscriber = subscriber.Subscriber(CONTRACTS, self.store)

    def take(self, told):
        self.subscriber.take(told if isinstance(told, bytes) else json.dumps(told).encode())

    def knows(self):
        return list(self.store.answer())

    def order(self, source="/shop", command="1"):
        """A change of S, whose version 4 somebody else told."""
        if self.store.is_newer("S", 4):
            self.store.update("S", 4, "active")
        publisher.Publisher("", CONTRACTS, self.store, source).order("renew-subscription", RENEW, command)

    def ended(self):
        return {(line["source"], line["command"]): line["outcome"] for line in self.knows() if "command" in line}

    def numbers(self):
        return [message["event"]["data"]["expectedVersion"] for _, message in self.store.unconfirmed()]

    def test_another_shops_command_of_the_same_id_is_another_command(self):
        self.order()
        self.take(event(source="/other", rejection={"code": "not-a-trial", "message": "No."}))
        self.assertEqual(self.ended(), {("/shop", "1"): None})
        self.order(command="2")
        self.assertEqual(self.numbers(), [4, 5])
        self.take(event("e2", rejection={"code": "not-a-trial", "message": "No."}))
        self.assertEqual(self.ended(), {("/shop", "1"): "rejected", ("/shop", "2"): None})

    def test_a_store_keeps_two_sources_apart(self):
        self.order("/shop")
        self.order("/other")
        self.assertEqual(self.numbers(), [4, 5])
        self.store.confirm("/other", "1")
        self.assertEqual([m["event"]["source"] for _, m in self.store.unconfirmed()], ["/shop"])

    def test_an_identity_conflict_ends_nothing_and_frees_no_number(self):
        self.order()
        self.take(event(outcome="dead-lettered",
                        deadLetter={"reason": "identity-conflict", "detail": "Other content.", "attempts": 1}))
        told = next(line for line in self.knows() if "command" in line)
        self.assertEqual((told["outcome"], told["code"]), (None, "identity-conflict"))
        self.order(command="2")
        self.assertEqual(self.numbers(), [4, 5])
        self.take(event("e2", "succeeded", version=5, state="active"))
        self.assertEqual(self.ended()["/shop", "1"], "succeeded")

    def test_what_is_not_understood_is_passed_over(self):
        good = event()
        poisons = {
            "type": good | {"type": []}, "id": good | {"id": ["a"]}, "no id": good | {"id": None}, "list": [good],
            "command": event() | {"data": good["data"] | {"command": "c"}}, "data": good | {"data": [["outcome", "x"]]},
            "command id": event(command=["1"]), "source": event(source={}), "subscription": event(subscriptionId=[1]),
            "state": event(outcome="succeeded", version=1, state={}), "outcome": event() | {"data": {"outcome": 1}},
            "large": event(version=2**63), "negative": event(version=-1), "fraction": event(version=1.5),
            "boolean": event(version=True), "version": event(version="1"), "surrogate": good | {"id": "\ud800"},
            "empty command": good | {"data": good["data"] | {"command": ""}}, "rejection": event(rejection="no"),
            "code": event(rejection={"code": ["x"]}),
            "nesting": b'{"a":' * 100_000, "digits": b'{"id":' + b"1" * 5000 + b"}", "bytes": b"\xff\xfe\xfd",
        }
        for name, poison in poisons.items():
            with self.subTest(name):
                self.take(poison)
                self.assertEqual(self.knows(), [])
                self.assertIn("passed over", self.errors.getvalue())
                self.errors.truncate(self.errors.seek(0))
        self.take(event("e", "succeeded", version=2**63 - 1, state="active"))
        self.assertEqual(self.knows()[0]["version"], 2**63 - 1)

    def test_what_could_not_be_stored_is_not_passed_over(self):
        self.store._db.execute("pragma query_only = on")
        with self.assertRaises(sqlite3.OperationalError):
            self.take(event(outcome="succeeded", version=1, state="active"))
        self.store._db.execute("pragma query_only = off")
        self.take(event(outcome="succeeded", version=1, state="active"))
        self.assertEqual(self.knows()[0], {"subscriptionId": "S", "version": 1, "state": "active"})

    def test_what_fails_half_way_leaves_nothing(self):
        with self.assertRaises(Enough), self.store.transaction():
            self.store.apply("e")
            raise Enough
        self.take(event("e2", "succeeded", version=1, state="active"))
        self.assertEqual([line["applied"] for line in self.knows() if "applied" in line], ["e2"])

    def test_an_event_is_acknowledged_once_it_is_stored(self):
        connection = patch("subscriber.pika.BlockingConnection").start().return_value.__enter__.return_value
        self.addCleanup(patch.stopall)
        channel = connection.channel.return_value
        body = json.dumps(event(outcome="succeeded", version=1, state="active")).encode()
        channel.consume.return_value = [(unittest.mock.Mock(delivery_tag=7), None, body)]
        self.store._db.execute("pragma query_only = on")

        def mend(_):
            channel.basic_ack.assert_not_called()
            self.store._db.execute("pragma query_only = off")
        connection.sleep.side_effect = mend
        subscriber.listen("amqp://127.0.0.1", "events", "queue", self.subscriber)
        connection.sleep.assert_called_once()
        channel.basic_ack.assert_called_once_with(7)
        self.assertEqual(self.knows()[0]["version"], 1)

    def test_a_host_that_is_not_found_is_tried_again(self):
        failures = [socket.gaierror(-2, "Name or service not known"), ConnectionResetError(), Enough()]
        with (patch("subscriber.listen", side_effect=failures), patch("time.sleep") as pauses,
              patch.object(sys, "argv", ["subscriber.py", "--store", self.path]), self.assertRaises(Enough)):
            subscriber.main()
        self.assertEqual([pause.args for pause in pauses.call_args_list], [(1.0,), (2.0,)])


if __name__ == "__main__":
    unittest.main()
