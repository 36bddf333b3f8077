"""What must be reached, and what may not be lost."""

from __future__ import annotations

from dataclasses import dataclass

from rows import Row


@dataclass
class Target:
    """One condition on a row: on a ratio, which must be at least so much, or on the value."""

    ratio: str | None
    reach: float
    # What a run on a busy machine must not fall below (or rise above); a run that does has lost something.
    keep: float
    at_most: bool = False

    def figure(self, row: Row) -> float:
        return row.ratios[self.ratio] if self.ratio else row.value

    def is_met(self, row: Row) -> bool:
        return self._holds(self.figure(row), self.reach)

    def is_kept(self, row: Row) -> bool:
        """By the clock or by the time of processors: what else the machine does lengthens the one and not the other."""
        return self._holds(self.figure(row), self.keep) or any(
            self._holds(figure, self.keep) for figure in self.processor_figure(row)
        )

    def processor_figure(self, row: Row) -> list[float]:
        if self.ratio is None:
            return [row.cpu["here"]] if "here" in row.cpu else []
        if self.ratio == "one" and "1" in row.cpu:
            return [row.cpu["1"] / max(row.cpu.values())]
        if "here" in row.cpu and self.ratio in row.cpu and row.unit.startswith("ns"):
            return [row.cpu[self.ratio] / row.cpu["here"]]
        return []

    def _holds(self, figure: float, limit: float) -> bool:
        return figure <= limit if self.at_most else figure >= limit

    def text(self, row: Row) -> str:
        sign = "<=" if self.at_most else ">="
        name = self.ratio or row.unit
        return f"{name} {sign} {self.reach:g}"


def ratio(name: str, reach: float, keep: float | None = None) -> Target:
    return Target(name, reach, reach * 0.7 if keep is None else keep)


def most(reach: float) -> Target:
    """Memory does not depend on how busy the machine is."""
    return Target(None, reach, reach, at_most=True)


# The second number of a ratio is what it must keep, where that is not seven tenths of what must be reached: by so much
# does a busy machine disturb it, or so far is it from its target (docs/benchmarks tells which, and why).
targets: dict[str, list[Target]] = {
    "receive.stamped": [ratio("python", 30, 12), ratio("floor", 0.15, 0.07)],
    "receive.unstamped": [ratio("python", 500, 300)],
    "receive.mainactor": [ratio("offactor", 0.8, 0.55)],
    "receive.typed": [ratio("python", 20, 6)],
    "receive.zlib": [ratio("python", 10, 3)],
    "receive.msgpack": [ratio("python", 10)],
    "receive.encrypted": [ratio("python", 10, 6)],
    "receive.batch": [ratio("python", 10, 4)],
    "receive.64k": [Target(None, 1, 0.35)],
    "send.small": [ratio("python", 10, 2)],
    "ping.rtt": [
        ratio("python", 2, 1.1), ratio("python_p99", 2, 0.3), ratio("floor", 0.625, 0.25),
        ratio("floor_p99", 0.625, 0.05),
    ],
    "connect.ready": [ratio("python", 1.667, 0.8)],
    "idle.memory": [most(64)],
    "scale.topics": [ratio("one", 0.667, 0.5)],
    "scale.streams": [ratio("one", 0.667, 0.3)],
    "scale.connections": [ratio("one", 0.667, 0.45)],
    "event.memory": [most(128)],
    "wire.decode": [ratio("foundation", 20)],
    "wire.typed": [ratio("foundation", 4)],
    "wire.encode": [ratio("foundation", 4)],
    "transport.frames": [ratio("nio", 3, 2), ratio("floor", 0.5, 0.3)],
    "crypto.seal": [ratio("floor", 0.6, 0.45)],
    "request.rtt": [],
}


def lost(row: Row) -> list[str]:
    """What the row no longer keeps."""
    return [
        f"{row.id}: {target.ratio or row.unit} is {target.figure(row):.3g}, must "
        f"{'not exceed' if target.at_most else 'be at least'} {target.keep:.3g}"
        for target in targets[row.id] if not target.is_kept(row)
    ]
