"""The lines of a corpus."""

from __future__ import annotations

import base64
import json
import pathlib
from typing import Any

#: More than any frame worth keeping; larger ones belong into a generator, not into a repository.
LARGEST = 64 * 1024


class Corpus:
    """Named frames of one server version, in the order they were recorded."""

    def __init__(self, version: str) -> None:
        self.version = version
        #: 2.5.1 and later: category in the JSON, stamps, drain().
        self.is_new = not version.startswith("2.0.")
        self.entries: list[dict[str, Any]] = []

    def add(self, name: str, frame: str | bytes, note: str = "", *, kind: str | None = None, **extra: Any) -> None:
        """Adds a frame. ``kind`` is told by the frame's type: text or binary."""
        data = frame.encode() if isinstance(frame, str) else bytes(frame)
        if len(data) > LARGEST:
            raise ValueError(f"{name} has {len(data)} bytes, more than {LARGEST}")
        if any(entry["name"] == name for entry in self.entries):
            raise ValueError(f"there is a frame named {name} already")
        entry: dict[str, Any] = {
            "name": name,
            "kind": kind or ("text" if isinstance(frame, str) else "binary"),
            "base64": base64.b64encode(data).decode(),
        }
        if note:
            entry["note"] = note
        self.entries.append({**entry, **extra})

    @classmethod
    def read(cls, version: str, path: pathlib.Path) -> Corpus:
        corpus = cls(version)
        corpus.entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return corpus

    def text(self) -> str:
        return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in self.entries)
