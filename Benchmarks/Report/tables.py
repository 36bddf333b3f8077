"""Figures for people: tables in plain text and in Markdown."""

from __future__ import annotations

from rows import Row
from targets import targets

names = {
    "here": "this library", "python": "Python client", "floor": "raw floor", "nio": "NIOWebSocket, frames only",
    "foundation": "NIOWebSocket + JSONDecoder + AsyncStream", "offactor": "off the main actor",
}


def number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratios(row: Row) -> str:
    return ", ".join(f"{name} {number(ratio)}x" for name, ratio in row.ratios.items())


def verdicts(row: Row) -> str:
    told = []
    for target in targets[row.id]:
        told.append(f"{target.text(row)}: {'yes' if target.is_met(row) else 'NO'}")
    return ", ".join(told) or "-"


def spread(row: Row) -> str:
    value = row.contestants.get("here") or max(row.contestants.values(), default=(0, 0), key=lambda c: c[1])
    return f"+{value[1] * 100:.0f} %"


def processor(row: Row) -> str:
    """Processor time, which counts all threads, and how many times the Python client's it is."""
    own = row.cpu.get("here")
    if own is None:
        return "-"
    peer = row.cpu.get("python")
    if peer is None or not row.unit.startswith("ns"):
        return number(own)
    return f"{number(own)} ({number(peer / own)}x)"


def plain(rows: list[Row]) -> str:
    lines = [["id", "value", "spread", "processor", "ratios (above 1: better than the peer)", "must reach"]]
    for row in rows:
        lines.append(
            [row.id, f"{number(row.value)} {row.unit}", spread(row), processor(row), ratios(row), verdicts(row)]
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(rows: list[Row]) -> str:
    lines = ["| id | value | spread | processor | ratios | must reach |", "|---|---:|---:|---:|---|---|"]
    for row in rows:
        lines.append(
            f"| `{row.id}` | {number(row.value)} {row.unit} | {spread(row)} | {processor(row)} | {ratios(row)} | {verdicts(row)} |"
        )
    return "\n".join(lines)


def contestants(rows: list[Row]) -> str:
    """Every contestant's own figure."""
    lines = ["| id | unit | each contestant: best round (how far above it the middle one is), processor time |", "|---|---|---|"]
    for row in rows:
        told = "; ".join(
            f"{name} {number(value)} (+{s * 100:.0f} %)" + (f", {number(row.cpu[name])}" if name in row.cpu else "")
            for name, (value, s) in row.contestants.items()
        )
        lines.append(f"| `{row.id}` | {row.unit} | {told} |")
    return "\n".join(lines)
