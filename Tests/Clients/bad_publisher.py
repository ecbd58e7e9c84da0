"""The publisher of Contracts/clients/python with one fault: --fault names it, or a rule it breaks by it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Contracts/clients/python"))

import pika  # noqa: E402

import publisher  # noqa: E402

fault = ""


class BadPublisher(publisher.Publisher):
    def message(self, event, reply_to):
        if fault == "reused-id":
            event = {**event, "id": "order-1001"}
        if fault == "constant-number" and "expectedVersion" in event["data"]:
            event = {**event, "data": {**event["data"], "expectedVersion": 1}}
        if fault == "unknown-field":
            event = {**event, "data": {**event["data"], "colour": "green"}}
        body, properties = super().message(event, reply_to)
        if fault == "transient":
            properties.delivery_mode = 1
        if fault == "expiring":
            properties.expiration = "60000"
        if fault == "reserved-header":
            properties.headers = {"dead-letter-reason": "none"}
        return body, properties


if __name__ == "__main__":
    options = publisher.parser()
    options.add_argument("--fault", required=True)
    fault = options.parse_known_args()[0].fault
    publisher.main(BadPublisher, options)
