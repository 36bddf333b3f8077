"""The client's half of the key exchange, to record the session key beside the encrypted frames."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Session:
    """One key pair and, once the server's public key is known, the session key."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.key = b""

    @property
    def private_scalar(self) -> bytes:
        """The 32 bytes of the private key, big-endian."""
        return self._private.private_numbers().private_value.to_bytes(32, "big")

    @property
    def public(self) -> str:
        """The uncompressed point in base64, as `client_hello` carries it."""
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.b64encode(point).decode()

    def agree(self, peer: str, *, is_new: bool) -> None:
        """Derives the key from the server's public key. Versions from 2.3.2 on use no salt and another info."""
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(peer))
        secret = self._private.exchange(ec.ECDH(), point)
        salt, info = (None, b"wse-encryption/aes-gcm-key") if is_new else (b"wse-encryption", b"aes-gcm-key")
        self.key = HKDF(SHA256(), 32, salt, info).derive(secret)

    def open(self, frame: bytes) -> bytes:
        """The plaintext of an `E:` frame. Raises where the key does not fit."""
        return decrypt(self.key, frame)


def decrypt(key: bytes, frame: bytes) -> bytes:
    """The plaintext of an `E:` frame: a 12-byte nonce, the ciphertext, a 16-byte tag."""
    return AESGCM(key).decrypt(frame[2:14], frame[14:], None)
