#!/usr/bin/env python3
"""The published wse-server as a peer for tests, commanded by lines of JSON; Interop/README.md says how."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any, NoReturn


def take_over_stdout() -> Any:
    """Keeps standard output for answers: the native server logs there when RUST_LOG is set."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return answers


ANSWERS = take_over_stdout()


def answer(fields: dict[str, Any]) -> None:
    try:
        ANSWERS.write(json.dumps(fields, separators=(",", ":")) + "\n")
        ANSWERS.flush()
    except BrokenPipeError:
        leave(0)


def leave(code: int) -> NoReturn:
    """Ends at once. The native server keeps threads that a usual exit would wait for, in one case for ever."""
    sys.stderr.flush()
    os._exit(code)


def serve(arguments: list[str]) -> NoReturn:
    from peer import options
    from peer.application import Application
    from peer.commands import Commands, parse

    try:
        settings = options.parse(arguments)
        application = Application(settings)
        application.server.start()
    except SystemExit:  # --help
        leave(0)
    except options.BadOption as error:
        answer({"ready": False, "error": str(error)})
        leave(64)
    except Exception as error:
        answer({"ready": False, "error": f"{type(error).__name__}: {error}"})
        leave(1)

    def terminate(*_: object) -> NoReturn:
        # Clients are told by their sockets closing, as when a machine goes down in order.
        leave(0)

    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGINT, terminate)

    commands = Commands(application)
    answer(
        {
            "ready": True,
            "port": application.server.port,
            "version": options.SERVER_VERSION,
            "pid": os.getpid(),
            "recovery": settings.recovery,
            "commands": commands.names(),
        }
    )
    for line in sys.stdin:
        if not line.strip():
            continue
        fields: dict[str, Any] = {}
        try:
            fields = parse(line)
            result = {"ok": True, "cmd": fields.get("cmd"), **commands.run(fields)}
        except Exception as error:
            if not isinstance(error, (ValueError, TimeoutError)):
                traceback.print_exc()
            result = {"error": f"{type(error).__name__}: {error}", "cmd": fields.get("cmd")}
        if "id" in fields:
            result["id"] = fields["id"]
        answer(result)
    leave(0)


if __name__ == "__main__":
    serve(sys.argv[1:])
