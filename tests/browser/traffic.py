"""What a browser is sent: every frame of the WebSocket, decoded down to the values of its tables, charts and texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
import pyarrow as pa
from google.protobuf.message import Message
from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_PLACES: Final = frozenset({
    "row", "rank", "order", "year", "month", "week", "day", "date", "at", "x", "y", "height", "place", "position",
    "side", "bottom", "number", "index", "days", "phase", "step", "points",
})  # fmt: skip
"""Whole numbers that say where something stands or when, and nothing of people."""
_PEOPLE: Final = re.compile(
    r"(?<![\d.,%–-])(\d{1,3}(?:,\d{3})+|\d+)(?: of (\d{1,3}(?:,\d{3})+|\d+))?\s+(?:\w+\s+){0,2}?"
    r"(?:people|victims|suspects|witnesses|persons|records|rows|cells|not known|known|missing)\b"
)
"""A number in a sentence that counts people or their records."""


@dataclass
class Traffic:
    """What one browser was sent."""

    frames: list[bytes] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Record every frame of every WebSocket that a page opens from now on."""

        def opened(socket: WebSocket) -> None:
            socket.on("framereceived", lambda frame: self.frames.append(_bytes(frame)))

        page.on("websocket", opened)

    def clear(self) -> None:
        """Forget what came so far."""
        self.frames.clear()

    def sent(self) -> Sent:
        """What all of it says."""
        found = Sent()
        for frame in self.frames:
            message = ForwardMsg.FromString(frame)
            for name, value in _leaves(message):
                if isinstance(value, bytes):
                    found.arrow(name, value)
                else:
                    found.text(name, value)
        return found


@dataclass
class Sent:
    """Decoded traffic.

    Attributes:
        tables: of charts and tables; those inside a chart's description too.
        texts: everything else that is text, Vega's descriptions included.
        undecoded: names of fields that held bytes which are no Arrow table: must stay empty.
    """

    tables: list[pl.DataFrame] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    undecoded: list[str] = field(default_factory=list)

    def arrow(self, name: str, value: bytes) -> None:
        """Take a field of bytes."""
        if not value:
            return
        try:
            frame = pl.from_arrow(pa.ipc.open_stream(value).read_all())
        except pa.ArrowInvalid:
            self.undecoded.append(name)
            return
        assert isinstance(frame, pl.DataFrame)
        self.tables.append(frame)

    def text(self, name: str, value: str) -> None:
        """Take a field of text; of a chart's description the inline data too."""
        self.texts.append(value)
        if name == "spec":
            for rows in _inline(json.loads(value)):
                self.tables.append(pl.DataFrame(rows, infer_schema_length=None, strict=False))

    def values(self) -> Iterator[str]:
        """Every text, and every cell of text in a table."""
        yield from self.texts
        for table in self.tables:
            for column in table.iter_columns():
                if column.dtype in (pl.String, pl.Categorical, pl.Enum):
                    yield from column.cast(pl.String).drop_nulls().unique()

    def words(self) -> set[str]:
        """Everything between spaces and punctuation that a reference cannot hold."""
        found: set[str] = set()
        for value in self.values():
            # Markdown escapes punctuation: as it is read, it stands without.
            found.update(re.findall(r"[\w/.:-]+", value.replace("\\", "")))
        return found

    def counts(self) -> list[tuple[str, int]]:
        """Every whole number that counts something: cells of columns of whole numbers, and numbers in sentences."""
        found = []
        for table in self.tables:
            for column in table.iter_columns():
                if column.dtype.is_integer() and column.name.lower() not in _PLACES:
                    found += [(column.name, int(n)) for n in column.drop_nulls().unique()]
        for value in self.values():
            for match in _PEOPLE.finditer(value.replace("\\", "").replace("*", "")):
                found += [(value[:200], int(n.replace(",", ""))) for n in match.groups() if n]
        return found

    def rates(self) -> Iterator[tuple[float, float, float]]:
        """Rates as they were sent, with the numerator and denominator that stand beside them."""
        for table in self.tables:
            if {"share", "hits", "n"} <= set(table.columns):
                whole = table.select(pl.col("share", "hits", "n").cast(pl.Float64, strict=False)).drop_nulls()
                yield from whole.filter(pl.col("n") > 0).select("share", "hits", "n").iter_rows()


def _bytes(frame: Any) -> bytes:
    payload = getattr(frame, "body", frame)
    return payload.encode() if isinstance(payload, str) else payload


def _leaves(message: Message) -> Iterator[tuple[str, Any]]:
    """Every field of text or bytes inside a message, however deep."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type and descriptor.message_type.GetOptions().map_entry:
            items = [value[key] for key in value]
            yield from ((f"{descriptor.name}-key", key) for key in value if isinstance(key, str))
        else:
            items = list(value) if descriptor.is_repeated else [value]
        for item in items:
            if isinstance(item, Message):
                yield from _leaves(item)
            elif isinstance(item, str | bytes):
                yield descriptor.name, item


def _inline(spec: Any) -> Iterator[list[dict[str, Any]]]:
    """Rows of data inside a Vega-Lite description."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "datasets" and isinstance(value, dict):
                for rows in value.values():
                    yield from _rows(rows)
            elif key == "values":
                yield from _rows(value)
            else:
                yield from _inline(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _inline(value)


def _rows(value: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        yield value
