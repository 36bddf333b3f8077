"""What is measured: one row each, with what it must reach."""

from __future__ import annotations

from dataclasses import dataclass, field

from contestants import Contestant, Programs, Samples, Sender, cpu_each, in_turns, seconds_each


@dataclass
class Row:
    """A figure, and how many times better it is than the peers'."""

    id: str
    value: float
    unit: str
    ratios: dict[str, float]
    # The best round of each contestant, in the unit, and the spread.
    contestants: dict[str, tuple[float, float]] = field(default_factory=dict)
    # Processor time of each contestant, in the unit, where it is known.
    cpu: dict[str, float] = field(default_factory=dict)
    # Points of a curve, for the rows that have one.
    curve: list[tuple[int, float]] = field(default_factory=list)

    def as_json(self) -> dict:
        return {
            "id": self.id, "value": round(self.value, 4), "unit": self.unit,
            "ratios": {name: round(ratio, 4) for name, ratio in self.ratios.items()},
        }


@dataclass
class Amount:
    """How much work a run is: timed steps for the quick and the slow, events of the Swift programs and of Python."""

    rounds: int
    share: float

    def of(self, count: int, least: int = 1) -> int:
        return max(least, int(count * self.share))


def compared(
    id: str, samples: dict[str, Samples], scale: float = 1e9, unit: str = "ns/event", own: str = "here"
) -> Row:
    """A row of times: how often the peer's time holds ours."""
    ours = samples[own].best
    return Row(
        id, ours * scale, unit,
        {name: peer.best / ours for name, peer in samples.items() if name != own},
        {name: (s.best * scale, s.spread) for name, s in samples.items()},
        {name: min(s.cpu) * scale for name, s in samples.items() if s.cpu},
    )


def receiving(
    programs: Programs, amount: Amount, work: str, events: int, python_events: int, **more: Contestant
) -> dict[str, Samples]:
    events, python_events = amount.of(events, 1_000) // 100 * 100, amount.of(python_events, 1_000) // 100 * 100
    contestants = {
        "here": Contestant("receive", events, events // 10 // 100 * 100),
        "floor": Contestant("floor-receive", events, events // 10 // 100 * 100),
        "nio": Contestant("nio-receive", events, events // 10 // 100 * 100),
        "python": Contestant("receive", python_events, python_events // 10 // 100 * 100, is_python=True),
    }
    contestants.update(more)
    return in_turns(programs, work, contestants, amount.rounds)


def stamped(programs: Programs, amount: Amount) -> list[Row]:
    events = amount.of(1_000_000)
    samples = receiving(
        programs, amount, "stamped", 1_000_000, 100_000,
        foundation=Contestant("foundation-receive", amount.of(100_000), amount.of(10_000)),
        mainactor=Contestant("mainactor", events, events // 10),
        typed=Contestant("typed", events, events // 10),
        python_typed=Contestant("typed", amount.of(100_000), amount.of(10_000), is_python=True),
    )
    whole = {name: samples[name] for name in ("here", "python", "floor", "nio", "foundation")}
    main = {"here": samples["mainactor"], "offactor": samples["here"], "floor": samples["floor"], "python": samples["python"]}
    typed = {
        "here": samples["typed"], "python": samples["python_typed"], "floor": samples["floor"],
        "foundation": samples["foundation"],
    }
    return [
        compared("receive.stamped", whole), compared("receive.mainactor", main), compared("receive.typed", typed)
    ]


def unstamped(programs: Programs, amount: Amount) -> list[Row]:
    # The Python client's window of 10,000 ids is full before its time counts; then it gets slow.
    python = Contestant("receive", amount.of(3_000, 1_000), 10_100, is_python=True)
    return [compared("receive.unstamped", receiving(programs, amount, "unstamped", 1_000_000, 0, python=python))]


def of_form(id: str, work: str, events: int, python: int):
    def measure(programs: Programs, amount: Amount) -> list[Row]:
        return [compared(id, receiving(programs, amount, work, events, python))]

    return measure


def large(programs: Programs, amount: Amount) -> list[Row]:
    row = compared("receive.64k", receiving(programs, amount, "64k", 6_000, 1_000))
    row.contestants = {name: ((64 << 10) / ns, spread) for name, (ns, spread) in row.contestants.items()}
    row.cpu = {name: (64 << 10) / ns for name, ns in row.cpu.items()}
    row.value, row.unit = row.contestants["here"][0], "GB/s"
    return [row]


def sending(programs: Programs, amount: Amount) -> list[Row]:
    count = amount.of(100_000)
    contestants = {
        "here": Contestant("send", count, count // 10),
        "floor": Contestant("floor-send", count, count // 10),
        "python": Contestant("send", count // 5, count // 50, is_python=True),
    }
    return [compared("send.small", in_turns(programs, "stamped", contestants, amount.rounds), unit="ns/message")]


# The middle and the slow end of many times.
ends = {"": lambda result: result["p50"], "_p99": lambda result: result["p99"]}


def ends_compared(id: str, samples: dict[str, Samples]) -> Row:
    row = compared(id, {name: s for name, s in samples.items() if not name.endswith("_p99")}, 1e6, "us")
    late = samples["here_p99"].best
    for name, peer in samples.items():
        if name.endswith("_p99"):
            row.contestants[name] = (peer.best * 1e6, peer.spread)
            if name != "here_p99":
                row.ratios[name] = peer.best / late
    return row


def pinging(programs: Programs, amount: Amount) -> list[Row]:
    count = amount.of(500, 150)
    contestants = {
        "here": Contestant("ping", count, 20),
        "floor": Contestant("floor-ping", count, 20),
        "python": Contestant("ping", count, 20, is_python=True),
    }
    return [ends_compared("ping.rtt", in_turns(programs, "stamped", contestants, amount.rounds, ends))]


def requesting(programs: Programs, amount: Amount) -> list[Row]:
    count = amount.of(5_000)
    contestants = {
        "here": Contestant("request", count, 200),
        "floor": Contestant("floor-request", count, 200),
        "python": Contestant("request", count, 200, is_python=True),
    }
    return [ends_compared("request.rtt", in_turns(programs, "stamped", contestants, amount.rounds, ends))]


def connecting(programs: Programs, amount: Amount) -> list[Row]:
    count = amount.of(300, 60)
    contestants = {
        "here": Contestant("connect", count, 10),
        "floor": Contestant("floor-connect", count, 10),
        "python": Contestant("connect", count, 10, is_python=True),
    }
    return [ends_compared("connect.ready", in_turns(programs, "stamped", contestants, amount.rounds, ends))]


def idle(programs: Programs, amount: Amount) -> list[Row]:
    contestants = {"here": Contestant("idle", 1_000), "python": Contestant("idle", amount.of(1_000, 200), is_python=True)}
    samples = in_turns(programs, "stamped", contestants, 1 if amount.share < 1 else 3, {"": lambda r: r["bytes"]})
    return [compared("idle.memory", samples, 1 / 1024, "KiB/client")]


def grown(id: str, curve: dict[int, Samples]) -> Row:
    """A row of what an event costs, against how many of something there are."""
    worst = max(samples.best for samples in curve.values())
    widest = max(curve)
    return Row(
        id, curve[widest].best * 1e9, "ns/event", {"one": curve[1].best / worst},
        {str(width): (s.best * 1e9, s.spread) for width, s in curve.items()},
        {str(width): min(s.cpu) * 1e9 for width, s in curve.items() if s.cpu},
        [(width, s.best * 1e9) for width, s in curve.items()],
    )


def scale(id: str, role: str, work_topics: bool, widths: tuple[int, ...]):
    """Cost for each event against how many of something there are; the sender's work changes with the topics."""

    def measure(programs: Programs, amount: Amount) -> list[Row]:
        events = amount.of(500_000) // 1_000 * 1_000
        curve: dict[int, Samples] = {width: Samples() for width in widths}
        for _ in range(amount.rounds):
            for width in widths:
                contestant = Contestant(role, events, events // 10 // 1_000 * 1_000, width if work_topics else 1)
                # Connections share no topics: all get the same events, and the sender is told nothing of them.
                one = in_turns(programs, "stamped", {"here": contestant}, 1)
                curve[width].values += one["here"].values
                curve[width].cpu += one["here"].cpu
        return [grown(id, curve)]

    return measure


def connections(programs: Programs, amount: Amount) -> list[Row]:
    widths = (1, 10, 100)
    events = amount.of(500_000) // 1_000 * 1_000
    contestants = {
        str(width): Contestant("connections", events, events // 10 // 1_000 * 1_000, width) for width in widths
    }
    # The width is the client's alone; each connection carries one topic.
    curve: dict[int, Samples] = {width: Samples() for width in widths}
    with Sender(programs, "stamped", events + events // 10) as port:
        for _ in range(amount.rounds):
            for width in widths:
                result = contestants[str(width)].run(programs, port, "stamped")
                curve[width].add(seconds_each(result), cpu_each(result))
    return [grown("scale.connections", curve)]


def kept(programs: Programs, amount: Amount) -> list[Row]:
    count = amount.of(100_000)
    contestants = {
        "here": Contestant("kept", count, 10_000), "python": Contestant("kept", count, 10_000, is_python=True)
    }
    samples = in_turns(programs, "stamped", contestants, 1, {"": lambda r: r["overhead"]})
    return [compared("event.memory", samples, 1, "bytes beside the frame")]


def wire(programs: Programs, amount: Amount) -> list[Row]:
    samples: dict[str, Samples] = {}
    for _ in range(amount.rounds):
        here = Contestant("wire", 0).run(programs, 0, "stamped")
        python = Contestant("wire", 0, is_python=True).run(programs, 0, "stamped")
        for name, value in [*here.items(), *((f"python_{n}", v) for n, v in python.items())]:
            samples.setdefault(name, Samples()).values.append(value)
    return [
        compared(
            f"wire.{name}",
            {"here": samples[name], "foundation": samples[f"foundation_{name}"], "python": samples[f"python_{name}"]},
            unit="ns",
        )
        for name in ("decode", "typed", "encode")
    ]


def transport(programs: Programs, amount: Amount) -> list[Row]:
    events = amount.of(1_000_000)
    contestants = {
        "here": Contestant("transport", events, events // 10),
        "floor": Contestant("floor-receive", events, events // 10),
        "nio": Contestant("nio-receive", events, events // 10),
    }
    return [compared("transport.frames", in_turns(programs, "stamped", contestants, amount.rounds), unit="ns/frame")]


def crypto(programs: Programs, amount: Amount) -> list[Row]:
    samples: dict[str, Samples] = {}
    for _ in range(amount.rounds):
        here = Contestant("crypto", 0).run(programs, 0, "stamped")
        python = Contestant("crypto", 0, is_python=True).run(programs, 0, "stamped")
        for name, value in {"here": here["seal"], "floor": here["floor_seal"], "python": python["seal"]}.items():
            samples.setdefault(name, Samples()).values.append(value)
    return [compared("crypto.seal", samples, unit="ns")]


# The ids in their order, and what brings them.
measured = {
    "receive.stamped": stamped,
    "receive.unstamped": unstamped,
    "receive.mainactor": stamped,
    "receive.typed": stamped,
    "receive.zlib": of_form("receive.zlib", "zlib", 50_000, 20_000),
    "receive.msgpack": of_form("receive.msgpack", "msgpack", 500_000, 100_000),
    "receive.encrypted": of_form("receive.encrypted", "encrypted", 300_000, 50_000),
    "receive.batch": of_form("receive.batch", "batch", 1_000_000, 200_000),
    "receive.64k": large,
    "send.small": sending,
    "ping.rtt": pinging,
    "connect.ready": connecting,
    "idle.memory": idle,
    "scale.topics": scale("scale.topics", "receive", True, (1, 10, 100, 1_000)),
    "scale.streams": scale("scale.streams", "topic-streams", True, (1, 10, 100)),
    "scale.connections": connections,
    "event.memory": kept,
    "wire.decode": wire,
    "wire.typed": wire,
    "wire.encode": wire,
    "transport.frames": transport,
    "crypto.seal": crypto,
    "request.rtt": requesting,
}
