"""Server-Sent Events out of lines of bytes, as the WHATWG HTML standard reads them (section 9.2.6)."""

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Event(NamedTuple):
    type: str
    data: str


def read_events(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yields each event as its blank line comes; one that the stream ends in the middle of is dropped.

    Lines end with LF or CRLF. Comments, ids and retry times are passed over.
    """
    kind, data = "", []
    for number, raw in enumerate(lines):
        if number == 0:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        if line == "":
            if data:
                yield Event(kind or "message", "\n".join(data))
            kind, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            kind = value
        elif field == "data":
            data.append(value)
