"""Runs the published server: start, stop, restart, and the loop that hands its events to the application."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from wse_server import RustWSEServer

from .options import Options

Event = tuple[str, str | None, Any]


class ServerFailure(RuntimeError):
    """The published server did not do what was asked of it."""


def free_port(host: str) -> int:
    """A port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class PeerServer:
    """One ``RustWSEServer`` after another on one port.

    The native object refuses calls that change it while another thread is inside it ("Already borrowed"), and the
    drain loop nearly always is. So the loop ends before the server is stopped, and such calls are tried again.
    """

    #: Seconds to wait for ``stop()``. 2.5.1 takes two; it never returns while it has a connection that it gave up
    #: for dead, so there must be an end to waiting.
    stop_limit = 8.0

    def __init__(self, options: Options, on_event: Callable[[Event], None], on_error: Callable[[str, Exception], None]):
        self.options = options
        self.port = 0
        self.generation = 0
        self._on_event = on_event
        self._on_error = on_error
        self._native: RustWSEServer | None = None
        self._loop: threading.Thread | None = None
        self._ending = threading.Event()

    @property
    def native(self) -> RustWSEServer:
        """The server that runs now. Raises ``ServerFailure`` if there is none."""
        native = self._native
        if native is None:
            raise ServerFailure("the server is stopped; restart it first")
        return native

    @property
    def is_running(self) -> bool:
        native = self._native
        return native is not None and native.is_running()

    def start(self) -> None:
        """Listens, on the port of before or the one asked for, else on a free one."""
        if self._native is not None:
            raise ServerFailure("the server runs already")
        wanted = self.port or self.options.port
        # A port that a server has just left may be taken for a moment longer, and one that was free a moment ago may
        # have gone to another process; that is found out only when waiting for this server has taken its time.
        deadline = time.monotonic() + 20
        while True:
            port = wanted or free_port(self.options.host)
            native = self._listening(port)
            if native is not None:
                break
            if time.monotonic() > deadline:
                raise ServerFailure(f"cannot listen on {self.options.host}:{port}")
            time.sleep(0.05)
        self.port = port
        self.generation += 1
        self._native = native
        self._ending = threading.Event()
        self._loop = threading.Thread(
            target=self._drain, args=(native, self._ending), name=f"drain-{self.generation}", daemon=True
        )
        self._loop.start()

    def _listening(self, port: int) -> RustWSEServer | None:
        # The native start() does not say whether it could bind, so ask beforehand and look afterwards.
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.options.host, port))
        except OSError:
            return None
        native = RustWSEServer(self.options.host, port, **self.options.arguments())
        native.enable_drain_mode()
        native.start()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            # It may accept connections a moment before it says that it runs.
            if self._accepts(port) and native.is_running():
                return native
            time.sleep(0.005)
        native.stop()
        return None

    def _accepts(self, port: int) -> bool:
        try:
            socket.create_connection((self.options.host, port), timeout=1).close()
        except OSError:
            return False
        return True

    def _drain(self, native: RustWSEServer, ending: threading.Event) -> None:
        while not ending.is_set():
            try:
                events = native.drain_inbound(256, 20)
            except Exception as error:  # a server that is being stopped by other means
                if not ending.is_set():
                    self._on_error("drain loop", error)
                    ending.wait(0.05)
                continue
            for event in events:
                try:
                    self._on_event(event)
                except Exception as error:
                    self._on_error(f"handling {event[0]}", error)

    def exclusively(self, call: Callable[[], Any]) -> Any:
        """Makes a call that the native object may refuse while others are inside it."""
        deadline = time.monotonic() + 5
        while True:
            try:
                return call()
            except RuntimeError as error:
                if "borrowed" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.002)

    def stop(self) -> float:
        """Stops the server, telling its clients, and returns the seconds it took.

        Raises ``ServerFailure`` where it does not come to an end within ``stop_limit``.
        """
        native = self.native
        self._native = None
        self._ending.set()
        if self._loop is not None:
            self._loop.join(5)
        started = time.monotonic()
        failures: list[Exception] = []

        def stop() -> None:
            try:
                self.exclusively(native.stop)
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=stop, name="stop", daemon=True)
        thread.start()
        thread.join(self.stop_limit)
        if thread.is_alive():
            raise ServerFailure(
                f"stop() did not return within {self.stop_limit} s, as happens with a connection the server gave up for dead"
            )
        if failures:
            raise ServerFailure(f"stop() failed: {failures[0]}") from failures[0]
        return time.monotonic() - started
