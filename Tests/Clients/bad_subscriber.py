"""The subscriber of Contracts/clients/python with one fault, or one misfortune: --fault names it."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Contracts/clients/python"))

from pika.exceptions import AMQPConnectionError  # noqa: E402

import store  # noqa: E402
import subscriber  # noqa: E402

fault = ""


class BadStore(store.Store):
    def is_new(self, event):
        return super().is_new(event) or fault == "keeps-duplicates"

    def is_newer(self, subscription, version):
        return super().is_newer(subscription, version) or fault == "by-arrival"


class BadSubscriber(subscriber.Subscriber):
    def understands(self, kind):
        return super().understands(kind) or fault == "any-version"

    taken = 0

    def take(self, body):
        super().take(body)
        self.taken += 1
        if fault == "loses-acknowledgements" and self.taken in (30, 60):
            raise AMQPConnectionError("lost after it was stored, before it was acknowledged")

    def _apply(self, told):
        if fault == "takes-previews" and told.outcome == "previewed":
            told = replace(told, outcome="succeeded")
        super()._apply(told)


if __name__ == "__main__":
    options = subscriber.parser()
    options.add_argument("--fault", required=True)
    fault = options.parse_known_args()[0].fault
    subscriber.main(BadSubscriber, BadStore, options)
