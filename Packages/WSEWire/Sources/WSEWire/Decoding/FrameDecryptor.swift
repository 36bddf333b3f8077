/// Opens the sealed part of `E:` frames; the seam to whatever does the cryptography.
public protocol FrameDecryptor: Sendable {
    /// Opens one sealed message.
    ///
    /// - Parameters:
    ///   - sealed: What stands behind `E:`: nonce, ciphertext and tag.
    ///   - plaintext: Empty, perhaps with capacity from earlier calls. Gets the opened message; what an
    ///     implementation leaves in it when it throws is ignored.
    /// - Throws: Any error if the message is not authentic. It becomes a ``WireError`` with code `undecryptable`.
    mutating func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws
}
