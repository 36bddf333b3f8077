"""What is recorded: each scene starts a peer, makes the server send something, and keeps the frames."""

from __future__ import annotations

import socket
import time
from typing import Any

from corpus import Corpus
from encryption import Session
from peer_process import PeerProcess
from raw_client import Frame, RawClient, envelope
from websockets.exceptions import ConnectionClosed
from wse_server import rust_sign_message

#: The key of signed events: test material, as are all secrets here.
SIGNING_KEY = b"k" * 32


def frame_of(client: RawClient, kind: str) -> Frame:
    """The next frame whose envelope is of that type, as it came."""
    while True:
        frame = client.next()
        if envelope(frame).get("t") == kind:
            return frame


def keep_close(corpus: Corpus, name: str, client: RawClient, note: str) -> None:
    """Reads until the server closes and keeps the close frame: its payload is the code and the reason."""
    try:
        while True:
            client.frames.append(client.socket.recv(timeout=10))
    except ConnectionClosed as closed:
        if closed.rcvd is None:
            raise RuntimeError(f"{name}: no close frame came") from closed
        code = closed.rcvd.code
        # 1005 stands for a close frame without a payload.
        payload = b"" if code == 1005 else code.to_bytes(2, "big") + closed.rcvd.reason.encode()
        corpus.add(name, payload, note, kind="close")


def connected(peer: PeerProcess, **token: Any) -> RawClient:
    """A client that has shaken hands and that the application knows of."""
    client = RawClient(peer.port, peer.token(**token))
    ready, _ = client.handshake()
    peer.command("wait", **{"for": "received"}, kind="auth_connect", conn=ready["p"]["details"]["connection_id"])
    return client


def handshake(corpus: Corpus) -> None:
    with PeerProcess() as peer:
        with socket.create_connection(("127.0.0.1", peer.port), timeout=5) as raw:
            raw.sendall(
                b"GET /wse?client_version=raw&protocol_version=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " + peer.token().encode()
                + b"\r\n\r\n"
            )
            head = b""
            while b"\r\n\r\n" not in head:
                head += raw.recv(4096)
        corpus.add("upgrade_response", head[: head.index(b"\r\n\r\n") + 4],
                   "answer to the key dGhlIHNhbXBsZSBub25jZQ==", kind="http")
        with RawClient(peer.port, peer.token()) as client:
            corpus.add("server_ready", frame_of(client, "server_ready"), "first frame after a good token")
            client.hello()
            corpus.add("server_hello", frame_of(client, "server_hello"))
            client.message("ping", {"timestamp": 1_700_000_000_000}, c="WSE")
            corpus.add("pong", frame_of(client, "PONG"), "answer to a ping with timestamp 1700000000000")
            client.hello(protocol_version=99)
            corpus.add("server_hello_other_protocol_version", frame_of(client, "server_hello"),
                       "answer to a client_hello with protocol_version 99")


def server_ping(corpus: Corpus) -> None:
    with PeerProcess(*(("--ping-interval", "1") if corpus.is_new else ())) as peer, connected(peer) as client:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                frame = client.next(5)
            except TimeoutError:
                client.message("ping", {"timestamp": 0}, c="WSE")
                continue
            if envelope(frame).get("t") == "ping":
                corpus.add("server_ping", frame)
                return
        raise RuntimeError("no ping came")


def refusals(corpus: Corpus) -> None:
    with PeerProcess("--issuer", "wse-swift", "--audience", "tests") as peer:
        cases = [("none", None)] + [
            (kind, peer.token(kind=kind))
            for kind in ("garbage", "expired", "wrong_secret", "wrong_issuer", "wrong_audience", "no_subject")
        ]
        for name, token in cases:
            with RawClient(peer.port, token) as client:
                error = client.next()
                corpus.add(f"auth_error_{name}", error, f"token: {name}; the only frame before the close")
                keep_close(corpus, f"auth_close_{name}", client, f"token: {name}")


def closes(corpus: Corpus) -> None:
    with PeerProcess() as peer:
        with connected(peer) as client:
            peer.command("disconnect")
            keep_close(corpus, "close_disconnect", client, "the application drops the connection")
        with connected(peer) as client:
            peer.command("stop")
            keep_close(corpus, "close_stop", client, "the server stops")
    if corpus.is_new:
        with PeerProcess() as peer, connected(peer) as client:
            peer.command("drain")
            keep_close(corpus, "close_drain", client, "drain() with its default code")
        with PeerProcess("--max-message-size", "2048") as peer, connected(peer) as client:
            client.send("x" * 2049)
            keep_close(corpus, "close_too_large", client, "a frame of 2049 bytes, allowed are 2048")


def topic_events(corpus: Corpus) -> None:
    stamped = "stamped" if corpus.is_new else "as the application gave it, no stamp"
    texts = [
        ("object", '{"c":"U","t":"tick","id":"prices-0","p":{"px":101.25,"sym":"ABC"}}', stamped),
        ("type_first", '{"t":"tick","p":{"px":1}}', "begins with its type: 2.5.1 adds the category"),
        ("unicode", '{"c":"U","t":"tick","p":{"text":"Grüße 🦩 \\u00e9\\ud83e\\udda9 \\n \\"q\\" \\\\ \\/"}}', stamped),
        ("numbers", '{"c":"U","t":"tick","p":[0,-0,-1,1.5e300,1e-7,9007199254740993,18446744073709551615]}', stamped),
        ("long_keys", '{"type":"tick","payload":{"px":1}}', stamped),
        ("spaces", '  { "c" : "U" ,\n "t" : "tick" , "p" : { } }  ', "blanks around and within"),
        ("own_stamp", '{"t":"tick","p":1,"tp":"other","e":"00000001","o":77}',
         "the application's own tp, e, o: 2.5.1 puts its stamp before, so keys are double"),
        ("empty_object", "{}", stamped),
        ("old_dialect", 'U{"t":"tick","p":{"px":2}}', "given with a prefix; takes an offset, but gets no stamp"),
        ("array", "[1,2]", "takes an offset, but gets no stamp"),
        ("plain_text", "plain text", "takes an offset, but gets no stamp"),
        ("empty", "", "takes an offset, but gets no stamp"),
        ("unclosed", '{"t":"tick","p":{"px":1}', "not JSON; the server does not look"),
        ("large", '{"c":"U","t":"tick","p":{"pad":"' + "x" * 4000 + '"}}', "above 1024 bytes, not compressed"),
    ]
    with PeerProcess() as peer, connected(peer) as client:
        client.subscribe("prices")
        for name, text, note in texts:
            peer.command("broadcast", topic="prices", text=text)
            corpus.add(f"topic_{name}", client.next(), note)
        peer.command("broadcast", text='{"t":"news","p":{"to":"all"}}')
        corpus.add("broadcast_all", client.next(), "to everyone: never stamped")
    with PeerProcess("--recovery", "off") as peer, connected(peer) as client:
        client.subscribe("prices")
        peer.command("broadcast", topic="prices", text='{"c":"U","t":"tick","p":{"px":1}}')
        corpus.add("topic_object_without_recovery", client.next(), "recovery is off at the server: no stamp")


def direct_events(corpus: Corpus) -> None:
    events: list[tuple[str, dict[str, Any], str]] = [
        ("object", {"t": "note", "p": {"a": 1}}, ""),
        ("cid", {"t": "note", "p": {"a": 1}, "cid": "c-1"}, ""),
        ("all_keys", {"t": "note", "p": {"a": 1}, "id": "own-id", "ts": "2024-01-02T03:04:05.678Z", "seq": 99, "v": 7,
                      "pri": 8, "cid": "c-2", "sig": "00", "tp": "prices", "e": "0000002a", "o": 12,
                      "wse_processing_ms": 3, "other": {"x": [1]}}, "v is the server's whatever the application says"),
        ("own_category", {"c": "WSE", "t": "note", "p": {}},
         "the application's category: overwritten by 2.5.1, contradicts the prefix on 2.0.1"),
        ("snapshot", {"t": "prices_snapshot", "p": {"a": 1}}, "category S by its type"),
        ("long_keys", {"type": "note", "payload": {"a": 1}}, ""),
        ("no_type", {"p": {"a": 1}}, ""),
        ("payload_zero", {"t": "note", "p": 0}, ""),
        ("payload_false", {"t": "note", "p": False}, ""),
        ("payload_empty_text", {"t": "note", "p": ""}, ""),
        ("payload_empty_array", {"t": "note", "p": []}, ""),
        ("payload_null", {"t": "note", "p": None}, ""),
        ("payload_missing", {"t": "note"}, ""),
        ("numbers", {"t": "note", "p": [0, -1, 1.5, 1e300, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1]},
         "what does not fit 63 bits comes as text"),
        ("nested", {"t": "note", "p": {"a": {"b": {"c": [[[]], {}, [None, True]]}}}}, ""),
        ("large", {"t": "note", "p": {"pad": "x" * 3000}}, "above 1024 bytes: C: and a zlib stream"),
        ("large_mixed", {"t": "note", "p": {"rows": [{"i": i, "px": i * 1.25, "sym": f"S{i}"} for i in range(100)]}},
         "C: and a zlib stream"),
        ("batch", {"t": "batch", "p": {"messages": [{"t": "one", "id": "b-1", "p": 1, "tp": "a", "e": "00000001", "o": 0},
                                                    {"t": "two", "id": "b-2", "p": {"x": 2}}], "count": 2}},
         "made by the application"),
        ("priority_message", {"t": "priority_message", "p": {"priority": 10, "message": {
            "t": "alarm", "id": "m-1", "p": {"level": 3}, "tp": "a", "e": "00000001", "o": 1}}}, "made by the application"),
        ("rate_limit_warning", {"t": "rate_limit_warning", "p": {"current_rate": 950, "limit": 1000, "remaining": 50,
                                                                "retry_after": 1.5}}, "made by the application"),
        ("connection_quality", {"t": "connection_quality", "p": {"quality": "GOOD", "latency_ms": 80}},
         "made by the application"),
        ("error", {"t": "error", "p": {"code": "RATE_LIMITED", "message": "slow down", "recoverable": True,
                                       "severity": "warning", "retry_after": 2, "details": {"limit": 5}}},
         "made by the application"),
        ("health_check", {"t": "health_check", "p": {}}, "made by the application"),
    ]
    with PeerProcess() as peer, connected(peer) as client:
        for name, event, note in events:
            peer.command("send_event", event=event)
            corpus.add(f"event_{name}", client.next(), note)
        payload = '{"a":1}'
        peer.command("send_event", event={"t": "signed", "p": {"a": 1}, "sig": rust_sign_message(payload, SIGNING_KEY)})
        corpus.add("event_signed", client.next(), "sig by the server library's plain form", key=SIGNING_KEY.hex())
        peer.command("send_event", event={"t": "note", "p": {"small": True}}, compression_threshold=10)
        corpus.add("event_small_compressed", client.next(), "the application asked for a threshold of 10")
        peer.command("send_raw", text="any text")
        corpus.add("send_text", client.next(), "send(): as given")
        peer.command("send_raw", hex="00ff10")
        corpus.add("send_bytes", client.next(), "send_bytes(): as given")


def answers(corpus: Corpus) -> None:
    """Made by the application through send_event, as real ones do."""
    # The pause makes replays arrive before their answers on 2.5.1, so that frames can be told apart.
    with PeerProcess("--recovery-buffer-size", "8", "--answer-delay", "0.2", "--deny", "secret*") as peer:
        with connected(peer) as client:
            client.message("subscription_update", {"action": "subscribe", "topics": ["a", "secret.b"]}, c="WSE", cid="s-1")
            corpus.add("subscribed", frame_of(client, "subscription_update"), "one topic accepted, one refused")
            client.message("subscription_update", {"action": "unsubscribe", "topics": ["a"]}, c="WSE")
            corpus.add("unsubscribed", frame_of(client, "subscription_update"))
            client.message("subscription_update", {"action": "subscribe", "topics": ["new"], "recover": True}, c="WSE")
            corpus.add("subscribed_never_published", frame_of(client, "subscription_update"), "epoch is null")
            head = peer.command("publish", topic="a", count=4, type="tick")["head"]

            def resume(name: str, offset: int, note: str, epoch: str | None = None) -> None:
                position = {"epoch": epoch or head["epoch"], "offset": offset}
                client.message("subscription_update", {"action": "subscribe", "topics": ["a"], "recover": True,
                                                       "recovery": {"a": position}}, c="WSE")
                replayed = 0
                while True:
                    frame = client.next()
                    if envelope(frame).get("t") == "subscription_update":
                        corpus.add(f"resumed_{name}", frame, note)
                        return
                    corpus.add(f"resumed_{name}_replay_{replayed}", frame, "replayed event")
                    replayed += 1

            resume("two_missed", 1, "head 3, position 1: two replayed")
            resume("at_head", 3, "nothing to replay")
            resume("beyond_head", 100, "the server does not object to a position it never gave out")
            resume("unknown_epoch", 1, "nothing replayed", "00000001")
            peer.command("publish", topic="a", count=20, type="tick")
            client.until(lambda event: event.get("p", {}).get("i") == 23)
            resume("too_old", 1, "evicted: nothing replayed although recoverable is true")
            client.message("sync_request", {"topics": ["a"], "include_snapshots": True}, c="S", cid="y-1")
            corpus.add("snapshot", frame_of(client, "topic_snapshot"))
            corpus.add("snapshot_complete", frame_of(client, "snapshot_complete"))
            client.message("echo", {"text": "hello"}, cid="e-1")
            corpus.add("echo", frame_of(client, "echo"))
            client.message("request", {"fail": True}, cid="r-1")
            corpus.add("application_error", frame_of(client, "error"))
    with PeerProcess("--answer-via", "send") as peer, connected(peer) as client:
        client.message("subscription_update", {"action": "subscribe", "topics": ["a"]}, c="WSE")
        corpus.add("subscribed_as_text", frame_of(client, "subscription_update"), "the application used send()")


def presence(corpus: Corpus) -> None:
    with PeerProcess() as peer, connected(peer, sub="alice") as alice:
        alice.subscribe("room", presence={"status": "on"})
        corpus.add("presence_join_self", frame_of(alice, "presence_join"), "a member is told of itself")
        with connected(peer, sub="bob") as bob:
            bob.subscribe("room", presence={"status": "new", "n": [1, None]})
            corpus.add("presence_join", frame_of(alice, "presence_join"))
            bob.message("presence_update", {"data": {"status": "away"}})
            corpus.add("presence_update", frame_of(alice, "presence_update"))
        corpus.add("presence_leave", frame_of(alice, "presence_leave"), "with the last data")


def message_pack(corpus: Corpus) -> None:
    query = "client_version=raw&protocol_version=1&format=msgpack"
    with PeerProcess() as peer, RawClient(peer.port, peer.token(), query=query) as client:
        corpus.add("msgpack_server_ready", frame_of(client, "server_ready"), "JSON on this connection too")
        client.hello()
        corpus.add("msgpack_server_hello", frame_of(client, "server_hello"), "JSON on this connection too")
        peer.command("wait", **{"for": "connections"})
        events: list[tuple[str, dict[str, Any], str]] = [
            ("event", {"t": "note", "p": {"a": 1}, "cid": "c-1"}, ""),
            ("types", {"t": "note", "p": [0, 127, 128, 255, 256, 65535, 65536, 2**32, 2**63 - 1, -1, -32, -33, -128, -129,
                                          -32769, -(2**31) - 1, 1.5, None, True, False, "", "é", "x" * 40, [], {}]}, ""),
            ("stamped", {"t": "note", "p": 0, "tp": "prices", "e": "0000002a", "o": 12}, "made by the application"),
            ("large", {"t": "note", "p": {"pad": "x" * 3000}}, "above 1024 bytes: not compressed"),
            ("sixteen", {"t": "note", "p": {f"k{i}": i for i in range(16)}}, "more keys than a fixmap holds"),
        ]
        for name, event, note in events:
            peer.command("send_event", event=event)
            corpus.add(f"msgpack_{name}", client.next(), note)
        client.subscribe_blindly("prices")
        peer.command("wait", **{"for": "subscribers"}, topic="prices")
        corpus.add("msgpack_subscribed", client.next(), "an answer through send_event")
        peer.command("broadcast", topic="prices", text='{"c":"U","t":"tick","p":{"px":1}}')
        corpus.add("msgpack_topic_object", client.next(), "topic events are JSON on this connection too")


def encrypted(corpus: Corpus) -> None:
    for name, query in (("encrypted", ""), ("encrypted_msgpack", "&format=msgpack")):
        session = Session()
        query = f"client_version=raw&protocol_version=1&encryption=true{query}"
        with PeerProcess() as peer, RawClient(peer.port, peer.token(), query=query) as client:
            client.event("server_ready")
            client.hello(encryption_public_key=session.public)
            frame = frame_of(client, "server_hello")
            session.agree(envelope(frame)["p"]["encryption_public_key"], is_new=corpus.is_new)
            key = session.key.hex()
            corpus.add(f"{name}_server_hello", frame, "with the server's public key; private is the client's",
                       key=key, private=session.private_scalar.hex(), public=session.public)
            peer.command("wait", **{"for": "connections"})

            def keep(suffix: str, note: str) -> None:
                frame = client.next()
                if isinstance(frame, str) or not frame.startswith(b"E:"):
                    raise RuntimeError(f"{name}_{suffix} is not encrypted: {frame!r}")
                session.open(frame)
                corpus.add(f"{name}_{suffix}", frame, note, key=key)

            peer.command("send_event", event={"t": "note", "p": {"a": 1}})
            keep("event", "send_event")
            peer.command("send_event", event={"t": "note", "p": {"pad": "x" * 3000}})
            keep("large", "above 1024 bytes: not compressed within")
            client.subscribe_blindly("prices")
            peer.command("wait", **{"for": "subscribers"}, topic="prices")
            keep("subscribed", "an answer through send_event")
            peer.command("broadcast", topic="prices", text='{"c":"U","t":"tick","p":{"px":1}}')
            keep("topic_object", "a topic event, JSON within")
            client.message("ping", {"timestamp": 1}, c="WSE")
            corpus.add(f"{name}_pong", frame_of(client, "PONG"), "not encrypted")
            peer.command("send_raw", text='{"c":"U","t":"note","p":"in the clear"}')
            corpus.add(f"{name}_send_text", client.next(), "send() of the application: not encrypted")
    with PeerProcess() as peer, RawClient(peer.port, peer.token()) as client:
        client.event("server_ready")
        client.hello(encryption_public_key="AAAA")
        corpus.add("key_exchange_error", frame_of(client, "error"), "answer to a public key that is none")
        corpus.add("key_exchange_server_hello", frame_of(client, "server_hello"), "comes after the error: no encryption")


SCENES = [handshake, server_ping, refusals, closes, topic_events, direct_events, answers, presence, message_pack, encrypted]
