"""SVG plots, written by hand: no library is needed for a few bars and lines."""

from __future__ import annotations

import math

from rows import Row
from targets import targets

colours = {
    "here": "#d95f02", "floor": "#7f7f7f", "python": "#3572a5", "nio": "#66a61e", "foundation": "#a6761d",
    "offactor": "#e7a26b",
}
labels = {
    "here": "this library", "floor": "raw floor", "python": "Python client", "nio": "NIOWebSocket (frames only)",
    "foundation": "NIOWebSocket + JSONDecoder", "offactor": "off main actor",
}
font = 'font-family="Helvetica, Arial, sans-serif"'


def text(x: float, y: float, content: str, size: int = 12, anchor: str = "start", fill: str = "#222") -> str:
    content = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" {font} font-size="{size}" text-anchor="{anchor}" fill="{fill}">{content}</text>'


def page(width: float, height: float, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}">\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def decades(least: float, most: float) -> list[float]:
    return [10.0**power for power in range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)]


def costs(rows: list[Row]) -> str:
    """What an event costs each contestant, on a logarithmic axis: shorter is better."""
    rows = [row for row in rows if row.id.startswith("receive.") and row.unit.startswith("ns")]
    left, right, top, bar, gap = 150, 90, 60, 13, 16
    plotted = [(row, [(n, *row.contestants[n]) for n in colours if n in row.contestants]) for row in rows]
    values = [value for _, bars in plotted for _, value, _ in bars]
    ticks = decades(min(values), max(values))
    width = 900
    span = width - left - right
    low, high = math.log10(ticks[0]), math.log10(ticks[-1])
    place = lambda value: left + span * (math.log10(value) - low) / (high - low)
    y = top
    parts = [text(left, 24, "Nanoseconds for each event, whole path (logarithmic, shorter is better)", 15)]
    legend = 20.0
    for name, colour in colours.items():
        if any(n == name for _, bars in plotted for n, _, _ in bars):
            parts.append(f'<rect x="{legend:.1f}" y="36" width="10" height="10" fill="{colour}"/>')
            parts.append(text(legend + 14, 45, labels[name], 11))
            legend += 24 + 5.6 * len(labels[name])
    bars_part = []
    for row, bars in plotted:
        bars_part.append(text(left - 10, y + bar * len(bars) / 2 + 4, row.id, 12, "end"))
        for name, value, spread in bars:
            end = place(value)
            bars_part.append(
                f'<rect x="{left}" y="{y + 1}" width="{end - left:.1f}" height="{bar - 2}" fill="{colours[name]}"/>'
            )
            reach = [end, place(min(value * (1 + spread), ticks[-1]))]
            bars_part.append(
                f'<line x1="{reach[0]:.1f}" x2="{reach[1]:.1f}" y1="{y + bar / 2}" y2="{y + bar / 2}" stroke="#222"/>'
            )
            bars_part.append(text(max(end, reach[1]) + 5, y + bar - 3, f"{value:,.0f}", 10))
            y += bar
        y += gap
    for tick in ticks:
        parts.append(f'<line x1="{place(tick):.1f}" x2="{place(tick):.1f}" y1="{top - 6}" y2="{y}" stroke="#ddd"/>')
        parts.append(text(place(tick), y + 14, f"{tick:,.0f}", 10, "middle", "#555"))
    return page(width, y + 28, parts + bars_part)


def reached(rows: list[Row]) -> str:
    """How much of its target each row has."""
    told = []
    for row in rows:
        for target in targets[row.id]:
            figure = target.figure(row)
            share = target.reach / figure if target.at_most else figure / target.reach
            told.append((f"{row.id}, {target.text(row)}", share, figure))
    left, top, bar, width = 300, 50, 18, 900
    span = width - left - 110
    ticks = [0.25, 0.5, 1, 2, 4, 8]
    low, high = math.log2(ticks[0]), math.log2(ticks[-1])
    place = lambda value: left + span * (math.log2(min(max(value, ticks[0]), ticks[-1])) - low) / (high - low)
    height = top + bar * len(told) + 34
    parts = [text(left, 24, "What is reached of what must be reached (right of 1: reached)", 15)]
    for tick in ticks:
        stroke = "#222" if tick == 1 else "#ddd"
        parts.append(
            f'<line x1="{place(tick):.1f}" x2="{place(tick):.1f}" y1="{top - 8}" y2="{height - 26}" stroke="{stroke}"/>'
        )
        parts.append(text(place(tick), height - 10, f"{tick:g}", 10, "middle", "#555"))
    for index, (name, share, figure) in enumerate(told):
        y = top + bar * index
        begin, end = sorted((place(1), place(share)))
        colour = "#1b9e77" if share >= 1 else "#c1272d"
        parts.append(text(left - 10, y + 12, name, 12, "end"))
        parts.append(f'<rect x="{begin:.1f}" y="{y + 2}" width="{max(end - begin, 1):.1f}" height="{bar - 5}" fill="{colour}"/>')
        parts.append(text(place(share) + 5 if share >= 1 else place(1) + 5, y + 12, f"{figure:.3g}", 10))
    return page(width, height, parts)


def growth(rows: list[Row]) -> str:
    """Cost for each event against how many there are."""
    rows = [row for row in rows if row.curve]
    left, top, width, height = 70, 60, 900, 400
    right, bottom = width - 190, height - 50
    most = max(value for row in rows for _, value in row.curve) * 1.15
    widest = max(point for row in rows for point, _ in row.curve)
    across = lambda value: left + (right - left) * math.log10(value) / math.log10(widest)
    up = lambda value: bottom - (bottom - top) * value / most
    parts = [
        text(left, 24, "Nanoseconds for each event, as topics, streams and connections grow", 15),
        f'<line x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}" stroke="#222"/>',
    ]
    step = 10 ** math.floor(math.log10(most / 2)) * (1 if most / 10 ** math.floor(math.log10(most / 2)) < 8 else 2)
    for index in range(int(most / step) + 1):
        parts.append(
            f'<line x1="{left}" x2="{right}" y1="{up(index * step):.1f}" y2="{up(index * step):.1f}" stroke="#ddd"/>'
        )
        parts.append(text(left - 8, up(index * step) + 4, f"{index * step:,.0f}", 10, "end", "#555"))
    for power in range(int(math.log10(widest)) + 1):
        parts.append(text(across(10**power), bottom + 18, f"{10**power:,}", 10, "middle", "#555"))
    for row, colour in zip(rows, ("#d95f02", "#3572a5", "#1b9e77")):
        points = " ".join(f"{across(point):.1f},{up(value):.1f}" for point, value in row.curve)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point, value in row.curve:
            parts.append(f'<circle cx="{across(point):.1f}" cy="{up(value):.1f}" r="3.5" fill="{colour}"/>')
        last = row.curve[-1]
        parts.append(text(across(last[0]) + 8, up(last[1]) + 4, row.id, 12, "start", colour))
    return page(width, height, parts)


plots = {"receive.svg": costs, "reached.svg": reached, "scale.svg": growth}
