"""Starts the peer as a process and commands it, for the smoke test and the frame capture."""

from __future__ import annotations

import json
import pathlib
import queue
import subprocess
import sys
import threading
from typing import Any

SECRET = "interop-test-secret-of-32-bytes-!"
PROGRAM = pathlib.Path(__file__).with_name("wse_peer.py")


class PeerFailure(RuntimeError):
    """The peer did not start, ended, or answered a command with an error."""


class PeerProcess:
    """A running peer; a context manager that ends it."""

    def __init__(self, *arguments: str, secret: str | None = SECRET) -> None:
        line = [sys.executable, str(PROGRAM), *(("--secret", secret) if secret else ()), *arguments]
        self.process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self.log: list[str] = []
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_answers, self._read_log)]
        for reader in self._readers:
            reader.start()
        try:
            self.ready = self._next(20)
            if self.ready.get("ready") is not True:
                raise PeerFailure(str(self.ready.get("error")))
        except PeerFailure:
            self.close()
            raise
        self.port: int = self.ready["port"]
        self.version: str = self.ready["version"]

    def __enter__(self) -> PeerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_answers(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._answers.put(line)
        self._answers.put(None)

    def _read_log(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def _next(self, timeout: float) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=timeout)
        except queue.Empty:
            raise PeerFailure(f"no answer within {timeout} s; log: {self.log[-5:]}") from None
        if line is None:
            raise PeerFailure(f"the peer ended; log: {self.log[-5:]}")
        return json.loads(line)

    def send_line(self, line: str, timeout: float = 60) -> dict[str, Any]:
        """Sends a line as it is, and returns the answer, errors too."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._next(timeout)

    def command(self, name: str, /, **fields: Any) -> dict[str, Any]:
        """Runs a command. Raises ``PeerFailure`` where the peer answers with an error."""
        answer = self.send_line(json.dumps({"cmd": name, **fields}))
        if "error" in answer:
            raise PeerFailure(answer["error"])
        return answer

    def token(self, **fields: Any) -> str:
        return self.command("token", **fields)["token"]

    def close(self) -> int:
        """Closes its standard input, which ends it, and returns its exit code."""
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return code
