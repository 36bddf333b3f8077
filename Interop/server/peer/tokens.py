"""Tokens: good ones, and one for each way of being refused."""

from __future__ import annotations

import time
from typing import Any

from wse_server import rust_jwt_encode

from .options import Options

#: More than any leeway: 2.5.1 takes tokens that ran out a few seconds ago, 2.0.1 does not.
LONG_AGO = 3600

KINDS = ("good", "expired", "wrong_secret", "wrong_issuer", "wrong_audience", "no_subject", "garbage")


def make(options: Options, *, kind: str = "good", subject: str = "user-1", lifetime: float = 3600,
         claims: dict[str, Any] | None = None) -> str:
    """A token for this peer. ``lifetime`` in seconds may be negative; ``claims`` are added last."""
    if kind not in KINDS:
        raise ValueError(f"no such kind of token: {kind} (known: {', '.join(KINDS)})")
    if kind == "garbage":
        return "not.a.token"
    secret = options.secret or b"no-secret-is-set-so-any-will-do-!!"
    now = int(time.time())
    content: dict[str, Any] = {"sub": subject, "iat": now - LONG_AGO, "exp": now + int(lifetime)}
    if options.issuer:
        content["iss"] = options.issuer
    if options.audience:
        content["aud"] = options.audience
    if kind == "expired":
        content["exp"] = now - LONG_AGO
    elif kind == "wrong_secret":
        secret = bytes(byte ^ 1 for byte in secret)
    elif kind == "wrong_issuer":
        content["iss"] = "someone-else"
    elif kind == "wrong_audience":
        content["aud"] = "someone-else"
    elif kind == "no_subject":
        del content["sub"]
    content.update(claims or {})
    return rust_jwt_encode(content, secret)
