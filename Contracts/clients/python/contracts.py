"""What Contracts/ says, read when the program starts: operations, events, codes, and names in RabbitMQ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

HOME = Path(__file__).resolve().parents[2]
# What counts bytes, which a JSON Schema can't.
BYTES = {"id": 255, "source": 255, "correlationid": 255, "replaces": 255}

Event = dict[str, Any]


class NotInContract(ValueError):
    """A command that the worker would not understand."""


@dataclass(frozen=True)
class Operation:
    """One of the operations, by its schema."""

    name: str
    type: str
    # Reads have no place in the order of changes.
    is_numbered: bool
    # Whether it makes a subscription where there is none.
    creates: bool
    validator: Draft202012Validator


def strict(schema: Any) -> Any:
    """The schema with patterns that end where the text does: to Python, a line break may follow `$`."""
    if isinstance(schema, dict):
        return {name: inner[:-1] + r"\Z" if name == "pattern" and str(inner).endswith("$") else strict(inner)
                for name, inner in schema.items()}
    return [strict(inner) for inner in schema] if isinstance(schema, list) else schema


class Contracts:
    """`prefix` is what the names of this installation's exchanges and queues begin with."""

    def __init__(self, prefix: str | None = None, home: Path = HOME) -> None:
        topology = self._read(home / "topology.json")
        published = next(x["name"] for x in topology["exchanges"] if x["type"] == "direct")
        self.commands = self._named(published, published, prefix)
        events = next(x["name"] for x in topology["exchanges"] if x["name"].endswith(".events"))
        self.events = self._named(events, published, prefix)
        keys = {b["routing_key"] for b in topology["bindings"] if b["source"] == published}
        creating = self._creating(self._read(home / "lifecycle.json"))
        self.operations = {key: self._operation(home / f"commands/{key}.v1.schema.json", key, creating) for key in keys}
        outcomes = (self._read(path) for path in sorted((home / "outcomes").glob("*.schema.json")))
        # A type that isn't here belongs to a later contract.
        self.event_types = {schema["properties"]["type"]["const"] for schema in outcomes}
        codes = self._read(home / "codes.json")
        self.codes = {c["code"]: c for c in codes["rejections"]} | {c["reason"]: c for c in codes["deadLetters"]}

    def check(self, event: Event, operation: Operation) -> None:
        """Raises with the first thing that is wrong with a command, its path before the colon."""
        self.check_text("event", event)
        for attribute, limit in BYTES.items():
            if len(str(event.get(attribute, "")).encode()) > limit:
                raise NotInContract(f"{attribute}: has more than {limit} bytes")
        errors = sorted(operation.validator.iter_errors(event), key=lambda error: list(map(str, error.path)))
        for error in errors:
            raise NotInContract(f"{'.'.join(map(str, error.path)) or 'event'}: {error.message}")

    @staticmethod
    def check_text(path: str, value: Any) -> None:
        """Raises when the value can be written by Python, but not read as I-JSON in UTF-8."""
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except UnicodeEncodeError:
            raise NotInContract(f"{path}: has half of a surrogate pair, which is no text") from None
        except (ValueError, RecursionError) as problem:
            raise NotInContract(f"{path}: {problem}") from None

    def advice(self, code: str) -> tuple[str, str]:
        """What a code means and what to do; the list may grow."""
        entry = self.codes.get(code, {})
        return entry.get("meaning", "A code that this copy of the contract doesn't know."), entry.get("action", "")

    @staticmethod
    def _read(path: Path) -> Any:
        return json.loads(path.read_text(encoding="utf-8"))

    @staticmethod
    def _named(name: str, published: str, prefix: str | None) -> str:
        usual = published.rsplit(".", 1)[0]
        return name if prefix is None else prefix + name.removeprefix(usual)

    @staticmethod
    def _creating(lifecycle: Any) -> set[str]:
        commands = {t["command"] for t in lifecycle["transitions"] if t["from"] == "absent" and "to" in t}
        return {name for c in lifecycle["commands"] if c["command"] in commands for name in c["operations"]}

    @classmethod
    def _operation(cls, path: Path, name: str, creating: set[str]) -> Operation:
        schema = cls._read(path)
        fields = schema["properties"]["data"]["properties"]
        validator = Draft202012Validator(strict(schema), format_checker=FormatChecker(formats=["date"]))
        return Operation(name, schema["properties"]["type"]["const"], "expectedVersion" in fields, name in creating, validator)
