"""The publisher of Contracts/clients/python without a broker: what it accepts, and what it says of the rest."""

import json
import re
import sqlite3
import sys
import unittest
from unittest import mock

from support import CONTRACTS, ClientTest

import publisher
from contracts import NotInContract


class Recorder(publisher.Publisher):
    """Tells what would be sent."""

    sent = []

    async def deliver(self):
        Recorder.sent = [message["event"]["id"] for _, message in self._store.unconfirmed()]


def line(command, **more):
    data = {"subscriptionId": command, "term": {"days": 1}}
    return json.dumps({"id": command, "operation": "renew-subscription", "data": data} | more).encode()


class Forgetful(Recorder):
    """Has a store that fails now and then."""

    def order(self, operation, data, command=None, **more):
        if command == "unlucky":
            raise sqlite3.OperationalError("disk I/O error")
        return super().order(operation, data, command, **more)


class PublisherTest(ClientTest):
    def setUp(self):
        super().setUp()
        Recorder.sent = []

    def publish(self, *lines, kind=Recorder):
        arguments = publisher.parser().parse_args(["--store", self.path, "-"])
        publisher.run(arguments, lines, kind)

    def test_what_was_accepted_before_a_bad_line_is_sent(self):
        bad = {
            "no JSON": b"{", "no object": b"[1]", "no text": b"\xff", "nesting": b"[" * 100_000,
            "no operation": b'{"data":{}}', "no data": b'{"operation":"renew-subscription"}',
            "unknown": line("x", operation="renew"), "schema": line("x", data={"subscriptionId": 1}),
            "data": line("x", data=[]), "id": line("x", id=["x"]), "empty id": line("x", id=""),
            "line break": line("x\n"), "reply_to": line("x", reply_to="é" * 128), "dryrun": line("x", dryrun="yes"),
        }
        for number, (name, wrong) in enumerate(bad.items()):
            with self.subTest(name):
                with self.assertRaises(SystemExit) as ended:
                    self.publish(line(f"good-{number}"), b"\n", wrong, line("after"))
                self.assertIn("line 3 and what follows is not published: ", ended.exception.code)
                self.assertNotIn("Error(", ended.exception.code)
                self.assertEqual(Recorder.sent, [f"good-{n}" for n in range(number + 1)])
                self.assertTrue(self.output.getvalue().endswith(f"good-{number}\n"))

    def test_what_was_accepted_before_an_accident_is_sent(self):
        with self.assertRaises(SystemExit) as ended:
            self.publish(line("good"), line("unlucky"), kind=Forgetful)
        self.assertIn("line 2 and what follows is not published: OperationalError", ended.exception.code)
        self.assertEqual(Recorder.sent, ["good"])

    def test_a_file_that_cannot_be_read_is_said_in_a_sentence(self):
        for wanted in (self.path + ".missing", "."):
            with self.subTest(wanted), mock.patch.object(sys, "argv", ["publisher.py", "--store", self.path, wanted]):
                with self.assertRaises(SystemExit) as ended:
                    publisher.main(Recorder)
                # A text is written to standard error, and the status is 1.
                self.assertRegex(ended.exception.code, f"^{re.escape(wanted)} can't be read: [A-Z]")
                self.assertNotIn("\n", ended.exception.code)

    def test_half_of_a_surrogate_pair_is_no_text(self):
        half, data = "\ud83d", {"subscriptionId": "S", "term": {"days": 1}}
        for name, wrong in {
            "id": line("x", id=half), "subscription": line("x", data=data | {"subscriptionId": half}),
            "text": line("x", data=data | {"reason": half}), "name": line("x", data=data | {half: 1}),
            "reply_to": line("x", reply_to=half), "operation": line("x", operation=half),
            "a number": line("x", data=data | {"term": {"days": float("inf")}}),
        }.items():
            with self.subTest(name):
                with self.assertRaises(SystemExit) as ended:
                    self.publish(wrong)
                self.assertRegex(ended.exception.code, "^line 1 .*: .*(surrogate pair|no operation|JSON compliant)")
                self.assertEqual(Recorder.sent, [])
        with self.assertRaises(NotInContract):
            publisher.Publisher("", CONTRACTS, self.store, half).order("renew-subscription", data)


if __name__ == "__main__":
    unittest.main()
