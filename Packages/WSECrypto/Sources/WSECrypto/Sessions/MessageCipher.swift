/// Seals and opens the messages of one connection; the seam to the cryptography.
///
/// All functions may be called from any thread. One direction does not wait for the other.
public protocol MessageCipher: Sendable {
    /// Seals a message and appends it as a whole frame: `E:`, nonce, ciphertext, tag.
    ///
    /// - Parameters:
    ///   - plaintext: What only the peer is to read. Empty is allowed.
    ///   - frame: Grows by ``SealedFrame/overhead`` bytes more than the plaintext has; unchanged after an error. With
    ///     enough capacity nothing is allocated.
    /// - Throws: ``CryptoError``; then nothing may be sent in place of the frame.
    func seal(_ plaintext: RawSpan, appendingTo frame: inout [UInt8]) throws(CryptoError)

    /// Opens a sealed message.
    ///
    /// - Parameters:
    ///   - sealed: What stands behind the `E:` of a frame: nonce, ciphertext, tag.
    ///   - plaintext: Is replaced by the message, and is empty after an error. With enough capacity nothing is
    ///     allocated.
    /// - Throws: ``CryptoError``; the frame is to be dropped, the connection may go on.
    func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws(CryptoError)
}

extension MessageCipher {
    /// How many bytes a frame has that its plaintext does not: `E:`, 12 of nonce, 16 of tag.
    public static var sealedOverhead: Int { SealedFrame.overhead }
}
