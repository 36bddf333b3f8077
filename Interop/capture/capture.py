#!/usr/bin/env python3
"""Records what a published server really sends, as a corpus for tests of decoders and sessions.

    Scripts/interop-env --tools
    .interop/venv-2.5.1/bin/python Interop/capture/capture.py
    .interop/venv-2.0.1/bin/python Interop/capture/capture.py
    .interop/venv-2.0.1/bin/python Interop/capture/capture.py --check

Writes Interop/corpus/VERSION/frames.jsonl; Interop/README.md says what is in a line. Identifiers and times differ
from one capture to the next; everything else is meant to stay, and --check says whether it did.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from importlib.metadata import version

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "server"))

from corpus import Corpus  # noqa: E402
from scenes import SCENES  # noqa: E402
from shape import shape  # noqa: E402


def differences(kept: Corpus, fresh: Corpus) -> list[str]:
    """What the server now sends in another way than is kept."""
    before = {entry["name"]: entry for entry in kept.entries}
    after = {entry["name"]: entry for entry in fresh.entries}
    found = [f"{name}: no longer recorded" for name in before if name not in after]
    for name, entry in after.items():
        if name not in before:
            found.append(f"{name}: not in the corpus")
        elif (entry["kind"], shape(entry)) != (before[name]["kind"], shape(before[name])):
            found.append(f"{name}:\n  kept  {shape(before[name])}\n  fresh {shape(entry)}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Records frames of the installed wse-server.")
    parser.add_argument("--output", type=pathlib.Path, default=HERE.parent / "corpus")
    parser.add_argument("--check", action="store_true", help="write nothing; compare with the corpus there is")
    parser.add_argument("--only", action="append", help="run these scenes only and print their frames")
    arguments = parser.parse_args()

    corpus = Corpus(version("wse-server"))
    for scene in SCENES:
        if arguments.only and scene.__name__ not in arguments.only:
            continue
        print(f"{corpus.version}: {scene.__name__}", file=sys.stderr)
        scene(corpus)
    if arguments.only:
        print(corpus.text(), end="")
        return 0
    path = arguments.output / corpus.version / "frames.jsonl"
    if arguments.check:
        found = differences(Corpus.read(corpus.version, path), corpus)
        for line in found:
            print(line)
        print(f"{len(corpus.entries) - len(found)} passed, {len(found)} failed")
        return 1 if found else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(corpus.text(), encoding="utf-8")
    print(f"{path}: {len(corpus.entries)} frames, {path.stat().st_size} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
