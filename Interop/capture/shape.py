"""What stays of a frame from one capture to the next: its build, without identifiers, times, keys and epochs."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

import msgpack
from encryption import decrypt

_VOLATILE = [
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?"), "<time>"),
    (re.compile(r'(?<="e":")[0-9a-f]{8}(?=")'), "<epoch>"),
    (re.compile(r"[A-Za-z0-9+/]{86}[A-Za-z0-9+/=]{2}"), "<public key>"),
]
_EPOCH = re.compile(r"[0-9a-f]{8}")
#: Milliseconds since 1970 and differences of such.
_CLOCK = 10**10


def shape(entry: dict[str, Any]) -> Any:
    """A value that is equal for frames of one build."""
    data = base64.b64decode(entry["base64"])
    if entry["kind"] not in ("text", "binary"):
        return data.hex()
    if data.startswith(b"E:"):
        return ["E:", _inner(decrypt(bytes.fromhex(entry["key"]), data))]
    return _inner(data)


def _inner(data: bytes) -> Any:
    if data.startswith(b"C:"):
        return ["C:", _inner(zlib.decompress(data[2:]))]
    if data.startswith(b"M:"):
        return ["M:", _settled(msgpack.unpackb(data[2:]))]
    text = data.decode("utf-8", "surrogateescape")
    prefix = re.match(r"(WSE|S|U)(?=\{)", text)
    body = text[prefix.end():] if prefix else text
    try:
        # Pairs, so that the order of keys and double keys count.
        pairs = json.loads(body, object_pairs_hook=lambda items: {"pairs": [[key, value] for key, value in items]})
    except ValueError:
        return ["text", _settled(text)]
    return [prefix.group() if prefix else "", _settled(pairs)]


def _settled(value: Any, key: str = "") -> Any:
    if isinstance(value, dict) and set(value) == {"pairs"}:
        return [[name, _settled(item, name)] for name, item in value["pairs"]]
    if isinstance(value, dict):
        return {name: _settled(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_settled(item) for item in value]
    if isinstance(value, str):
        if key in ("e", "epoch") and _EPOCH.fullmatch(value):
            return "<epoch>"
        for pattern, name in _VOLATILE:
            value = pattern.sub(name, value)
        return value
    if key in ("server_timestamp", "latency") and isinstance(value, int) and value > _CLOCK:
        return "<clock>"
    # A latency is the difference to what the client said, zero or so where that was the truth.
    return "<clock>" if key == "latency" else value
