#!/usr/bin/env python3
"""The other side of a session, made with the Python package `cryptography`.

Reads one command a line, writes one answer a line; bytes are hexadecimal, and `-` stands for none.

    exchange current|salted POINT      -> own POINT
    open BODY                          -> PLAINTEXT, or `refused`
    seal PLAINTEXT                     -> BODY
    sign plain|timestamped KEY PAYLOAD SECONDS           -> signature
    verify plain|timestamped KEY PAYLOAD SIGNATURE       -> `good` or `bad`
"""

import hashlib
import hmac
import os
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DERIVATIONS = {
    "current": (None, b"wse-encryption/aes-gcm-key"),
    "salted": (b"wse-encryption", b"aes-gcm-key"),
}


def read(text: str) -> bytes:
    return b"" if text == "-" else bytes.fromhex(text)


def code(key: bytes, message: str) -> str:
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def answers():
    cipher = None
    for line in sys.stdin:
        match line.split():
            case ["exchange", derivation, peer]:
                own = ec.generate_private_key(ec.SECP256R1())
                secret = own.exchange(
                    ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(peer))
                )
                salt, info = DERIVATIONS[derivation]
                cipher = AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret))
                yield own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()
            case ["open", body]:
                body = read(body)
                try:
                    yield cipher.decrypt(body[:12], body[12:], None).hex() or "-"
                except InvalidTag:
                    yield "refused"
            case ["seal", plaintext]:
                nonce = os.urandom(12)
                yield (nonce + cipher.encrypt(nonce, read(plaintext), None)).hex()
            case ["sign", "plain", key, payload, _]:
                yield code(read(key), hashlib.sha256(read(payload)).hexdigest())
            case ["sign", "timestamped", key, payload, seconds]:
                message = f"{hashlib.sha256(read(payload)).hexdigest()}:{seconds}:{os.urandom(16).hex()}"
                yield f"{message}:{code(read(key), message)}"
            case ["verify", "plain", key, payload, signature]:
                yield "good" if code(read(key), hashlib.sha256(read(payload)).hexdigest()) == signature else "bad"
            case ["verify", "timestamped", key, payload, signature]:
                digest, seconds, nonce, mac = signature.split(":")
                right = digest == hashlib.sha256(read(payload)).hexdigest() and seconds.isdecimal()
                right = right and len(bytes.fromhex(nonce)) == 16
                yield "good" if right and mac == code(read(key), f"{digest}:{seconds}:{nonce}") else "bad"
            case _:
                yield f"unknown command: {line.strip()}"


for answer in answers():
    print(answer, flush=True)
