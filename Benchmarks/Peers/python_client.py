"""The published Python client as a contestant: one run, and a line of JSON about it.

Usage: python_client.py CONTESTANT --port N [--work NAME] [--count N] [--warm-up N]

It is used as its documentation says, apart from three things without which the work could not be done or counted:
its queue holds everything (it would drop the oldest events at 1,000), its limit of 100 messages a second is lifted,
and its heartbeat is called rather than awaited.
"""

import argparse
import asyncio
import dataclasses
import gc
import json
import os
import sys
import time

import orjson
from wse_client import AsyncWSEClient
from wse_client.protocol import MessageCodec
from wse_client.compression import CompressionHandler

FIRST_OFFSET = 1_000_000
FIRST_TIMESTAMP = 1_763_800_000_000


@dataclasses.dataclass(slots=True)
class Trade:
    px: float
    qty: float
    side: str
    sym: str
    ts: int


class Stopwatch:
    """Starts when it is made: seconds on the clock, and of processors."""

    def __init__(self):
        self.start, self.cpu = time.perf_counter(), time.process_time()

    def read(self, count):
        return {
            "seconds": time.perf_counter() - self.start, "cpu": time.process_time() - self.cpu, "count": count
        }


def check(condition, message):
    if not condition:
        sys.exit(f"python_client: {message}")


async def connected(options):
    client = AsyncWSEClient(
        f"ws://127.0.0.1:{options.port}/wse", queue_size=0, encryption=options.work == "encrypted"
    )
    client._connection._rate_limiter = None
    await client.connect()
    while options.work == "encrypted" and not client._security.is_enabled:
        await asyncio.sleep(0.001)
    return client


async def receive(options):
    client = await connected(options)
    check(options.work != "msgpack" or client._codec._msgpack is not None, "no msgpack")
    stamped = options.work != "unstamped"
    number = 0

    async def consume(count):
        nonlocal number
        await client.send("bench_go", {"count": count})
        if count == 0:
            return
        end = number + count
        async for event in client:
            if stamped:
                check(event.offset == FIRST_OFFSET + number, f"offset {event.offset} for {number}")
            else:
                check(event.payload["ts"] == FIRST_TIMESTAMP + number, f"event {number} is another one")
            number += 1
            if number == end:
                return

    await consume(options.warm_up)
    stopwatch = Stopwatch()
    await consume(options.count)
    result = stopwatch.read(options.count)
    await client.disconnect()
    return result


async def typed(options):
    client = await connected(options)
    expected = FIRST_TIMESTAMP

    async def consume(count):
        nonlocal expected
        await client.send("bench_go", {"count": count})
        end = expected + count
        async for event in client:
            trade = Trade(**event.payload)
            check(trade.ts == expected and trade.qty == 0.5, f"{trade.ts} instead of {expected}")
            expected += 1
            if expected == end:
                return

    await consume(options.warm_up)
    stopwatch = Stopwatch()
    await consume(options.count)
    result = stopwatch.read(options.count)
    await client.disconnect()
    return result


async def send(options):
    client = await connected(options)

    async def run(count):
        await client.send("bench_expect", {"count": count})
        for number in range(count):
            if not await client.send("bench_item", {"n": number, "side": "buy", "px": 42123.25}):
                check(False, "a message was dropped")
        async for event in client:
            if event.type == "bench_done":
                check(event.payload == {"count": count, "in_order": True}, f"{event.payload}")
                return

    await run(options.warm_up)
    stopwatch = Stopwatch()
    await run(options.count)
    result = stopwatch.read(options.count)
    await client.disconnect()
    return result


def times(values):
    values.sort()
    return {
        "p50": values[len(values) // 2],
        "p99": values[min(len(values) - 1, int(len(values) * 0.99))],
        "count": len(values),
    }


async def ping(options):
    client = await connected(options)
    answered = asyncio.Event()
    measured = 0.0
    taken = client._system_handlers["PONG"]

    def pong(event):
        nonlocal measured
        measured = time.perf_counter() - start
        taken(event)
        answered.set()

    client._system_handlers["PONG"] = pong
    values = []
    for number in range(options.warm_up + options.count):
        await asyncio.sleep(0.01)
        answered.clear()
        start = time.perf_counter()
        # What its heartbeat does every 15 seconds.
        message = {"t": "ping", "p": {"timestamp": int(time.time() * 1000)}, "v": 1}
        text = json.dumps(message, separators=(",", ":"))
        check(await client._connection.send(f"WSE{text}"), "the ping was not sent")
        client._network_monitor.record_ping()
        await answered.wait()
        if number >= options.warm_up:
            values.append(measured)
    await client.disconnect()
    return times(values)


async def request(options):
    client = await connected(options)
    values = []
    for number in range(options.warm_up + options.count):
        start = time.perf_counter()
        await client.send("bench_echo", {"n": number, "side": "buy", "px": 42123.25}, correlation_id=f"c{number}")
        event = await client.recv()
        if number >= options.warm_up:
            values.append(time.perf_counter() - start)
        check(event.correlation_id == f"c{number}", "another answer")
    await client.disconnect()
    return times(values)


async def connect(options):
    values = []
    for number in range(options.warm_up + options.count):
        client = AsyncWSEClient(f"ws://127.0.0.1:{options.port}/wse")
        start = time.perf_counter()
        await client.connect()
        if number >= options.warm_up:
            values.append(time.perf_counter() - start)
        check(client.is_ready, "not ready")
        await client.disconnect()
    return times(values)


def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


async def idle(options):
    first = await connected(options)
    before = resident()
    clients = [await connected(options) for _ in range(options.count)]
    await asyncio.sleep(0.2)
    after = resident()
    check(all(client.is_ready for client in clients), "a client is not ready")
    for client in [first, *clients]:
        await client.disconnect()
    return {"bytes": (after - before) / options.count, "count": options.count}


async def kept(options):
    client = await connected(options)
    events = []

    async def consume(count):
        await client.send("bench_go", {"count": count})
        async for event in client:
            events.append(event)
            if len(events) == count:
                return

    await consume(options.warm_up)
    frame = len('x') * 230
    events.clear()
    before = resident()
    await consume(options.count)
    grown = resident() - before
    await client.disconnect()
    return {"overhead": grown / options.count - frame, "frame": frame, "count": options.count}


def best(operation):
    count = 2000
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(count):
            operation()
        rounds.append((time.perf_counter() - start) / count)
    return min(rounds)


async def wire(options):
    text = (
        '{"c":"U","e":"0000007b","id":"019aaf3c-7d11-7a20-8c1f-000000000000","o":1000000,"p":{"px":42123.25,'
        '"qty":0.5,"side":"buy","sym":"BTC-USD","ts":1763800000000},"t":"trade","tp":"market.btc-usd",'
        '"ts":"2026-11-23T02:39:00.123Z","v":1}'
    )
    check(len(text) == 230, "not 230 bytes")
    codec = MessageCodec(CompressionHandler())
    payload = {"px": 42123.25, "qty": 0.5, "side": "buy", "sym": "BTC-USD", "ts": 1763800000000}
    packed = orjson.dumps(payload)
    check(codec.decode(text).payload == payload, "decoded wrongly")
    return {
        "decode": best(lambda: codec.decode(text)),
        "typed": best(lambda: Trade(**orjson.loads(packed))),
        "encode": best(lambda: codec.encode("trade", payload)),
    }


async def crypto(options):
    from wse_client.security import SecurityManager

    here, there = SecurityManager(), SecurityManager()
    here.generate_keypair()
    here.derive_shared_secret(there.generate_keypair())
    text = "7" * 230
    seconds = best(lambda: here.encrypt(text))
    return {"seal": seconds}


def main():
    parser = argparse.ArgumentParser()
    contestants = (receive, typed, send, ping, request, connect, idle, kept, wire, crypto)
    parser.add_argument("contestant", choices=[function.__name__ for function in contestants])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--work", default="stamped")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--warm-up", type=int, default=0)
    parser.add_argument("--width", type=int, default=1)
    options = parser.parse_args()
    result = asyncio.run(next(f for f in contestants if f.__name__ == options.contestant)(options))
    print(json.dumps(result))


main()
