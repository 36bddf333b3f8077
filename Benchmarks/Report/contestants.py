"""Processes: the sender, and the contestants that take turns before it."""

from __future__ import annotations

import json
import pathlib
import statistics
import subprocess
from dataclasses import dataclass, field


class Broken(Exception):
    """The work was not done, so there is no time to speak of."""


@dataclass
class Programs:
    """Where the contestants are."""

    peer: pathlib.Path
    client: pathlib.Path
    python: pathlib.Path
    python_client: pathlib.Path


class Sender:
    """The sender of one kind of work, for as long as the block lasts."""

    def __init__(self, programs: Programs, work: str, events: int, width: int = 1):
        self.process = subprocess.Popen(
            [programs.peer, work, str(events), str(width)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def __enter__(self) -> int:
        line = self.process.stdout.readline()
        if not line.strip().isdigit():
            raise Broken(f"the sender did not start: {line!r}")
        return int(line)

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Contestant:
    """One run of a program: its own name for the role, and how much it is given to do."""

    role: str
    count: int
    warm_up: int = 0
    width: int = 1
    is_python: bool = False

    def run(self, programs: Programs, port: int, work: str) -> dict:
        program = [programs.python, programs.python_client] if self.is_python else [programs.client]
        finished = subprocess.run(
            [
                *program, self.role, "--port", str(port), "--work", work, "--count", str(self.count),
                "--warm-up", str(self.warm_up), "--width", str(self.width),
            ],
            capture_output=True, text=True, timeout=240,
        )
        if finished.returncode != 0:
            raise Broken(f"{self.role} ({'python' if self.is_python else 'swift'}), {work}: {finished.stderr.strip()[-600:]}")
        return json.loads(finished.stdout.splitlines()[-1])


@dataclass
class Samples:
    """What the rounds of a contestant gave: less is better."""

    values: list[float] = field(default_factory=list)
    # Of processors, where the contestant tells.
    cpu: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        """What disturbs a round only makes it longer."""
        return min(self.values)

    @property
    def spread(self) -> float:
        """How far the round in the middle is above the best, as a share of that."""
        return statistics.median(self.values) / self.best - 1 if self.best else 0.0

    def add(self, value: float, cpu: float | None = None) -> None:
        self.values.append(value)
        if cpu is not None:
            self.cpu.append(cpu)


def seconds_each(result: dict) -> float:
    return result["seconds"] / result["count"]


def cpu_each(result: dict) -> float | None:
    return result["cpu"] / result["count"] if "cpu" in result else None


def in_turns(
    programs: Programs, work: str, contestants: dict[str, Contestant], rounds: int, measures=None
) -> dict[str, Samples]:
    """Runs all contestants once, then all once more, so that a noisy moment hits more than one.

    `measures` are what is taken of a run, each under its own name: none means seconds for each event.
    """
    width = max(c.width for c in contestants.values())
    events = max(c.count + c.warm_up for c in contestants.values())
    samples: dict[str, Samples] = {}
    with Sender(programs, work, events, width) as port:
        for _ in range(rounds):
            for name, contestant in contestants.items():
                result = contestant.run(programs, port, work)
                for suffix, measure in (measures or {"": seconds_each}).items():
                    samples.setdefault(name + suffix, Samples()).add(measure(result), cpu_each(result))
    return samples
