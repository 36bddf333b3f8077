#!/usr/bin/env python3
"""Makes python.json: what the Python package `cryptography` agrees on, derives, seals and signs.

    python3 -m pip install cryptography
    python3 make_vectors.py > python.json

The inputs come from a seed, so that the same file comes out each time.
"""

import hashlib
import hmac
import json
import random

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
source = random.Random("wse")


def key_pair() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(source.randrange(1, ORDER), ec.SECP256R1())


def point(key: ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


def scalar(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_numbers().private_value.to_bytes(32, "big").hex()


def derive(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


agreements, sealed, signed = [], [], []

for _ in range(16):
    own, peer = key_pair(), key_pair()
    secret = own.exchange(ec.ECDH(), peer.public_key())
    agreements.append(
        {
            "scalar": scalar(own),
            "point": point(own),
            "peer": point(peer),
            "secret": secret.hex(),
            "current": derive(secret, None, b"wse-encryption/aes-gcm-key").hex(),
            "salted": derive(secret, b"wse-encryption", b"aes-gcm-key").hex(),
        }
    )

for size in [0, 1, 11, 12, 15, 16, 17, 31, 32, 33, 64, 127, 128, 230, 256, 1000]:
    key, nonce, plaintext = source.randbytes(32), source.randbytes(12), source.randbytes(size)
    body = nonce + AESGCM(key).encrypt(nonce, plaintext, None)
    sealed.append({"key": key.hex(), "plaintext": plaintext.hex(), "body": body.hex()})

payloads = ['{"a":1}', "null", '""', '{"text":"\u00e4\u20ac\U0001f600"}', "[" + "1," * 200 + "1]"]
for index, payload in enumerate(payloads):
    key, nonce, seconds = source.randbytes(16 + 16 * index), source.randbytes(16), 1_700_000_000 + index
    digest = hashlib.sha256(payload.encode()).hexdigest()
    message = f"{digest}:{seconds}:{nonce.hex()}"
    signed.append(
        {
            "key": key.hex(),
            "payload": payload,
            "unixSeconds": seconds,
            "nonce": nonce.hex(),
            "plain": hmac.new(key, digest.encode(), hashlib.sha256).hexdigest(),
            "timestamped": f"{message}:{hmac.new(key, message.encode(), hashlib.sha256).hexdigest()}",
        }
    )

print(json.dumps({"agreements": agreements, "sealed": sealed, "signed": signed}, indent=1))
