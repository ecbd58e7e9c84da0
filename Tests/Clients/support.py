"""What the tests of the clients share: the real contract, and a store of their own for each test."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Contracts/clients/python"))

from contracts import Contracts  # noqa: E402
from store import Store  # noqa: E402

CONTRACTS = Contracts()


class ClientTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "shop.sqlite")
        self.store = Store(self.path)
        # What the clients say is asserted, or in nobody's way.
        self.errors, self.output = io.StringIO(), io.StringIO()
        for redirection in (contextlib.redirect_stderr(self.errors), contextlib.redirect_stdout(self.output)):
            redirection.__enter__()
            self.addCleanup(redirection.__exit__, None, None, None)
