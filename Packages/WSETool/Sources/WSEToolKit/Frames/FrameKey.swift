internal import WSECrypto
internal import WSEWire

/// Opens and seals `E:` frames under a key that is known, as when a recorded session is looked at.
struct FrameKey: FrameDecryptor {
    private let cipher: SessionCipher

    /// - Parameter secret: 32 bytes as hex or base64.
    /// - Throws: ``ToolError`` with status `dataError`; the message does not show the key.
    init(_ secret: Secret) throws(ToolError) {
        let text = Array(secret.value.utf8)
        let form: ByteForm = text.count == 64 ? .hex : .base64
        guard let bytes = try? form.decode(text), bytes.count == SymmetricKey.byteCount else {
            throw ToolError(.dataError, "a key is 32 bytes as hex or base64")
        }
        do {
            let key = try SymmetricKey(copying: bytes.span.bytes)
            cipher = try SessionCipher(key: key)
        } catch {
            throw ToolError(.software, "\(error)")
        }
    }

    func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws {
        try cipher.open(sealed, into: &plaintext)
    }

    func seal(_ plaintext: [UInt8]) throws(ToolError) -> [UInt8] {
        do {
            return try cipher.seal(plaintext)
        } catch {
            throw ToolError(.software, "\(error)")
        }
    }
}
