"""Writes frames.jsonl: each form of frame that docs/protocol.md section 4 names, and what `wse decode` makes of it.

The frames are made with Python's zlib and the packages msgpack and cryptography, or were captured from published servers,
and what they hold is stated here: nothing comes from the code under test. Needs msgpack and cryptography
(`Scripts/interop-env --tools` makes such a Python). Run it to change frames.jsonl; the tests do without Python.
"""

from __future__ import annotations

import base64
import json
import pathlib
import zlib
from typing import Any

import msgpack
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = bytes(range(32))
FORMS = (
    "publication", "direct send", "C: zlib", "C: raw deflate", "M: MessagePack", "E: sealed", "bare zlib", "bare MessagePack",
    "PING and PONG", "batch", "priority_message", "2.0.1 prefix", "client JSON", "client C:", "client MessagePack",
    "client handshake and heartbeat", "unreadable",
)
records: list[dict[str, Any]] = []


def add(name: str, form: str, frame: bytes | str, *printed: dict[str, Any], key: bytes | None = None,
        code: str | None = None, byte: int | None = None) -> None:
    """One frame: what is printed for it, and the error with its byte where it cannot be read."""
    assert form in FORMS, form
    assert all(record["name"] != name for record in records), name
    frame = frame.encode() if isinstance(frame, str) else frame
    record: dict[str, Any] = {"name": name, "form": form, "base64": base64.b64encode(frame).decode(), "printed": printed}
    if key:
        record["key"] = key.hex()
    if code:
        record |= {"code": code, "byte": byte}
    records.append(record)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def deflated(text: str) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(text.encode()) + packer.flush()


def sealed(plaintext: bytes | str, nonce: int, key: bytes = KEY) -> bytes:
    plaintext = plaintext.encode() if isinstance(plaintext, str) else plaintext
    iv = nonce.to_bytes(12, "big")
    return b"E:" + iv + AESGCM(key).encrypt(iv, plaintext, None)


WIRE = {"c": "U", "t": "trade", "id": "m-1", "ts": "2026-11-23T02:39:00.123Z", "seq": 7, "v": 1, "pri": 8, "cid": "q-1",
        "sig": "ab", "tp": "prices", "e": "0000007b", "o": 0, "wse_processing_ms": 3, "p": {"px": 42.25, "note": "café 😀"}}
PRINTED = {"type": "trade", "category": "U", "id": "m-1", "timestamp": "2026-11-23T02:39:00.123Z", "sequence": 7, "priority": 8,
           "correlation_id": "q-1", "signature": "ab", "topic": "prices", "epoch": "0000007b", "offset": 0, "processing_ms": 3,
           "payload": {"px": 42.25, "note": "café 😀"}}
LARGE = {"c": "U", "t": "book", "p": {"levels": [{"px": 42000 + i, "qty": i} for i in range(80)]}}
LARGE_PRINTED = {"type": "book", "category": "U", "payload": LARGE["p"]}
assert len(compact(LARGE)) > 1024

add("stamped text", "publication",
    '{"tp":"prices","e":"46288838","o":0,"c":"U","t":"tick","id":"prices-0","p":{"px":101.25,"sym":"ABC"}}',
    {"type": "tick", "category": "U", "id": "prices-0", "topic": "prices", "epoch": "46288838", "offset": 0,
     "payload": {"px": 101.25, "sym": "ABC"}})
add("not stamped", "publication", '{"c":"U","t":"tick","p":{"px":1}}',
    {"type": "tick", "category": "U", "payload": {"px": 1}})
add("long names, blanks around", "publication", ' {"type" : "tick" ,\n "payload" : [ 1,\n 2 ] } ',
    {"type": "tick", "payload": [1, 2]})
add("largest offset", "publication", '{"tp":"a","e":"b","o":18446744073709551615,"t":"x","p":{}}',
    {"type": "x", "topic": "a", "epoch": "b", "offset": 18446744073709551615, "payload": {}})
add("every key", "direct send", compact(WIRE), PRINTED)
add("keys in alphabetical order", "direct send", compact(dict(sorted(WIRE.items()))), PRINTED)
for name, payload in (("zero", 0), ("empty text", ""), ("empty array", []), ("false", False), ("null", None)):
    add(f"payload {name}", "direct send", compact({"c": "U", "t": "note", "p": payload}),
        {"type": "note", "category": "U", "payload": payload})
add("no payload", "direct send", '{"c":"U","t":"note"}', {"type": "note", "category": "U", "payload": None})
add("presence", "direct send", '{"c":"U","t":"presence_join","p":{"user_id":"ada","data":{"mood":"good"}}}',
    {"type": "presence_join", "category": "U", "payload": {"user_id": "ada", "data": {"mood": "good"}}})
add("server_hello", "direct send",
    '{"c":"WSE","p":{"server_version":"2.5.1","features":{"recovery":true}},"t":"server_hello","v":1}',
    {"type": "server_hello", "category": "WSE", "payload": {"server_version": "2.5.1", "features": {"recovery": True}}})
add("error", "direct send", '{"c":"WSE","t":"error","p":{"code":"AUTH_FAILED","message":"Authentication failed"},"v":1}',
    {"type": "error", "category": "WSE", "payload": {"code": "AUTH_FAILED", "message": "Authentication failed"}})

add("compressed", "C: zlib", b"C:" + zlib.compress(compact(LARGE).encode(), 6), LARGE_PRINTED)
add("compressed, with a prefix inside", "C: zlib", b"C:" + zlib.compress(b'S{"t":"snap","p":1}'),
    {"type": "snap", "category": "S", "payload": 1})
add("compressed, MessagePack inside", "C: zlib", b"C:" + zlib.compress(b"M:" + msgpack.packb({"t": "x", "p": [1]})),
    {"type": "x", "payload": [1]})
add("compressed without a header", "C: raw deflate", b"C:" + deflated(compact(LARGE)), LARGE_PRINTED)
add("zlib alone, level 6", "bare zlib", zlib.compress(compact(LARGE).encode(), 6), LARGE_PRINTED)
add("zlib alone, level 1", "bare zlib", zlib.compress(compact(WIRE).encode(), 1), PRINTED)
add("zlib alone, level 9", "bare zlib", zlib.compress(compact(WIRE).encode(), 9), PRINTED)

add("map", "M: MessagePack", b"M:" + msgpack.packb(WIRE), PRINTED)
add("wide map", "M: MessagePack", b"M:\xde\x00\x02" + msgpack.packb("t") + msgpack.packb("x") + msgpack.packb("p")
    + msgpack.packb(48), {"type": "x", "payload": 48})
add("every kind of value", "M: MessagePack",
    b"M:" + msgpack.packb({"t": "x", "p": [None, True, -1, 2**63, 1.5, "é", b"\x00\xff", {"a": []}]}),
    {"type": "x", "payload": [None, True, -1, 2**63, 1.5, "é", "AP8=", {"a": []}]})
add("map alone", "bare MessagePack", msgpack.packb({"c": "U", "t": "note", "p": {"a": 1}}),
    {"type": "note", "category": "U", "payload": {"a": 1}})
add("map alone, 32-bit count", "bare MessagePack", b"\xdf\x00\x00\x00\x01" + msgpack.packb("t") + msgpack.packb("x"),
    {"type": "x", "payload": None})

add("sealed JSON", "E: sealed", sealed(compact(WIRE), 1), PRINTED, key=KEY)
add("sealed MessagePack", "E: sealed", sealed(b"M:" + msgpack.packb(WIRE), 2), PRINTED, key=KEY)
add("sealed with a prefix", "E: sealed", sealed('U{"t":"tick","p":2}', 3),
    {"type": "tick", "category": "U", "payload": 2}, key=KEY)
add("sealed, compressed inside", "E: sealed", sealed(b"C:" + zlib.compress(compact(LARGE).encode()), 4), LARGE_PRINTED, key=KEY)
add("sealed, no key at hand", "E: sealed", sealed("secret", 5), code="encrypted", byte=2)
# By the published server 2.5.1, under the key of that connection.
for line in (pathlib.Path(__file__).parents[5] / "Interop/corpus/2.5.1/frames.jsonl").read_text().splitlines():
    captured = json.loads(line)
    if captured["name"] == "encrypted_topic_object":
        frame, key = base64.b64decode(captured["base64"]), bytes.fromhex(captured["key"])
        plain = json.loads(AESGCM(key).decrypt(frame[2:14], frame[14:], None))
        names = {"t": "type", "c": "category", "id": "id", "tp": "topic", "e": "epoch", "o": "offset", "p": "payload"}
        add("sealed by a published server", "E: sealed", frame, {names[k]: v for k, v in plain.items() if k != "v"}, key=key)

for prefix in ("", "WSE:"):
    for word in ("PING", "PONG"):
        add(f"{prefix}{word}", "PING and PONG", f"{prefix}{word}:1763800000123",
            {"heartbeat": word, "milliseconds": 1763800000123})

add("two messages", "batch",
    compact({"c": "WSE", "t": "batch", "p": {"count": 2, "messages": [WIRE, {"c": "S", "t": "snap", "p": 0}]}}),
    PRINTED, {"type": "snap", "category": "S", "payload": 0})
add("two messages in MessagePack", "batch",
    b"M:" + msgpack.packb({"t": "batch", "p": {"messages": [WIRE, {"t": "b"}], "count": 2}}),
    PRINTED, {"type": "b", "payload": None})
add("no message", "batch", '{"t":"batch","p":{"messages":[],"count":0}}')
broken = '{"t":"batch","p":{"messages":[{"t":"a","p":1},{"p":2},{"t":"c","p":3}]}}'
add("a message without a type between two", "batch", broken, {"type": "a", "payload": 1}, {"type": "c", "payload": 3},
    code="invalidEnvelope", byte=broken.index('{"p":2}'))
add("one message", "priority_message", compact({"c": "WSE", "t": "priority_message", "p": {"priority": 8, "message": WIRE}}),
    PRINTED)
add("the stamp of the outer one", "priority_message",
    '{"tp":"a","e":"b","o":4,"t":"priority_message","p":{"message":{"t":"x","p":1}}}',
    {"type": "x", "topic": "a", "epoch": "b", "offset": 4, "payload": 1})

for prefix in ("WSE", "S", "U"):
    add(f"prefix {prefix}", "2.0.1 prefix", prefix + '{"t":"note","p":{"a":1}}',
        {"type": "note", "category": prefix, "payload": {"a": 1}})
add("publication without a prefix", "2.0.1 prefix", '{"t":"tick","id":"prices-0","p":{"px":1.50}}',
    {"type": "tick", "id": "prices-0", "payload": {"px": 1.5}})

add("message", "client JSON", '{"c":"U","t":"order","id":"o-1","v":1,"pri":5,"p":{"qty":3}}',
    {"type": "order", "category": "U", "id": "o-1", "priority": 5, "payload": {"qty": 3}})
add("compressed message", "client C:", b"C:" + zlib.compress(compact(LARGE).encode(), 6), LARGE_PRINTED)
add("MessagePack message", "client MessagePack", msgpack.packb({"c": "U", "t": "order", "v": 1, "p": {"qty": 3}}),
    {"type": "order", "category": "U", "payload": {"qty": 3}})
add("client_hello", "client handshake and heartbeat",
    '{"c":"WSE","t":"client_hello","p":{"client_version":"0.1.0","protocol_version":1},"id":"h","v":1,"pri":10}',
    {"type": "client_hello", "category": "WSE", "id": "h", "priority": 10,
     "payload": {"client_version": "0.1.0", "protocol_version": 1}})
add("ping", "client handshake and heartbeat", '{"c":"WSE","t":"ping","p":{"timestamp":1763800000123},"v":1}',
    {"type": "ping", "category": "WSE", "payload": {"timestamp": 1763800000123}})

# What cannot be read, and at which byte it goes wrong.
text = '{"t":"x","p":{"a":}}'
add("a value is missing", "unreadable", text, code="invalidJSON", byte=text.index("}"))
add("a number with a leading zero", "unreadable", '{"t":"x","p":01}', code="invalidJSON", byte=14)
text = '{"t":"x","p":{"a":1}'
add("cut short", "unreadable", text, code="invalidJSON", byte=len(text))
text = '{"t":"x","p":1} x'
add("something behind it", "unreadable", text, code="invalidJSON", byte=text.index(" x") + 1)
add("the same behind a prefix", "unreadable", "WSE" + text, code="invalidJSON", byte=text.index(" x") + 1)
add("not UTF-8", "unreadable", b'{"t":"x","p":"\xff"}', code="invalidUTF8", byte=14)
add("the same, compressed", "unreadable", b"C:" + zlib.compress(b'{"t":"x","p":"\xff"}'), code="invalidUTF8", byte=14)
add("the same, sealed", "unreadable", sealed(b'{"t":"x","p":"\xff"}', 6), key=KEY, code="invalidUTF8", byte=14)
add("no type", "unreadable", '{"p":1}', code="invalidEnvelope", byte=0)
text = '{"t":7}'
add("a type that is a number", "unreadable", text, code="invalidEnvelope", byte=text.index("7"))
add("plain text", "unreadable", "plain text!", code="invalidEnvelope", byte=0)
whole = zlib.compress(compact(LARGE).encode(), 6)
add("a compressed frame cut short", "unreadable", b"C:" + whole[:-20], code="invalidCompression", byte=len(whole) - 20)
add("bytes behind the compressed data", "unreadable", b"C:" + whole + b"!", code="invalidCompression", byte=len(whole))
packed = msgpack.packb({"t": "x", "p": "long"})
# Counted is where the text begins that is not all there.
add("MessagePack cut short", "unreadable", b"M:" + packed[:-1], code="invalidMessagePack", byte=packed.index(b"long"))
add("MessagePack with a byte that means nothing", "unreadable", b"M:\x81\xa1t\xc1", code="invalidMessagePack", byte=3)
add("sealed under another key", "unreadable", sealed("{}", 7, bytes(32)), key=KEY, code="undecryptable", byte=2)

missing = set(FORMS) - {record["form"] for record in records}
assert not missing, missing
with pathlib.Path(__file__).with_name("frames.jsonl").open("w") as file:
    for record in records:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
print(len(records), "frames of", len(FORMS), "forms")
