"""A TCP proxy that misbehaves on command: `python tcp_proxy.py --to PORT`.

Its first line on standard output is `{"ready":true,"port":N}`. Then one JSON object per line in, one out, as with
wse_peer.py: `{"cmd":"cut"}` resets all connections, `{"cmd":"stall","on":true}` passes nothing on in either direction
until it is off again, `{"cmd":"delay","seconds":0.1}` holds every piece back for that long, `{"cmd":"refuse","on":true}`
resets those who come. It ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import struct
import sys
from typing import Any


class Proxy:
    def __init__(self, port: int) -> None:
        self._to = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._delay = 0.0
        self._refuses = False

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            reset(writer)
            return
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            reset(writer)
            return
        self._writers |= {writer, to_writer}
        try:
            await asyncio.gather(self._pass(reader, to_writer), self._pass(to_reader, writer))
        finally:
            self._writers -= {writer, to_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._open.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        except (OSError, ConnectionError):
            pass
        finally:
            writer.close()

    def command(self, fields: dict[str, Any]) -> dict[str, Any]:
        match fields.get("cmd"):
            case "cut":
                count = len(self._writers)
                for writer in list(self._writers):
                    reset(writer)
                return {"cut": count}
            case "stall":
                if fields.get("on"):
                    self._open.clear()
                else:
                    self._open.set()
            case "delay":
                self._delay = float(fields.get("seconds", 0))
            case "refuse":
                self._refuses = bool(fields.get("on"))
            case other:
                return {"error": f"no command {other!r}"}
        return {}


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection as a broken network does: with a reset, and nothing after it."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=int, required=True)
    arguments = parser.parse_args()
    proxy = Proxy(arguments.to)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    answer({"ready": True, "port": server.sockets[0].getsockname()[1]})
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        try:
            fields = json.loads(line)
            answer({"cmd": fields.get("cmd"), **proxy.command(fields)})
        except ValueError as error:
            answer({"error": str(error)})


def answer(fields: dict[str, Any]) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
