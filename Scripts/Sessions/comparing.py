"""Compares two recordings of the same sessions, which differ in numbers, times and ids each time."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

#: What differs each time, and what stands in its place; in this order.
MASKS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"(?<![\w.-])[0-9a-f]{8}(?![\w.-])", "EPOCH"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"(?<![\w.])[\d.]+ (µs|ms|s|min|h)(?!\w)( \d+ s)?", "SPAN"),
    (r"(?<![\w.])[\d.]+ (B|kB|MB)(?!\w)", "SIZE"),
    # The feed's own choice, and what the link happens to be like.
    (r'"(buy|sell)"', '"SIDE"'),
    (r"\b(excellent|good|fair|poor|unknown)\b", "QUALITY"),
    # Versions, ports, statuses, close codes and places in what was given stay; other numbers do not.
    (r"(?<![\w.(])(?<!\.1:)(?<!localhost:)(?<!HTTP )(?<!byte )(?<!with )(?<!code )"
     r"-?\d+(,\d{3})*(\.\d+)?(?!\w|\.\d)", "N"),
    # An interval may pass without a round trip, and a loss may be one event or several.
    (r'"round_trip_p\d+_ms":N,', ""), (r"p\d+ (SPAN|-)(, )?", ""), (r"N to N", "N"),
    (r"\.{4,}", "…"), (r"  +", "  "),
]


def masked(line: str) -> str:
    for pattern, place in MASKS:
        line = re.sub(pattern, place, line)
    return line


def normal(page: str, exact: list[str]) -> Iterator[str]:
    """The page's lines as they can be compared: what a command showed as the different lines that it consists of, as how
    often each comes, and the order of those of different topics, differ."""
    title, command, shown, is_console = "", "", [], False

    def flush() -> Iterator[str]:
        is_exact = title in exact or command == "$ echo $?"
        yield from shown if is_exact else sorted(set(map(masked, shown)))
        shown.clear()

    for line in page.split("\n"):
        if is_console and not line.startswith(("$ ", "```")):
            shown.append(line)
            continue
        yield from flush()
        if line.startswith("```"):
            is_console = not is_console
        elif line.startswith("## "):
            title = line.removeprefix("## ")
        command = line
        yield line


def differences(before: str, now: str, exact: list[str]) -> list[str]:
    """What differs, as `diff -u` shows it; nothing if nothing does.

    `exact` are the titles of sessions that show the same each time.
    """
    return list(difflib.unified_diff(list(normal(before, exact)), list(normal(now, exact)), "page", "seen", lineterm="", n=1))
