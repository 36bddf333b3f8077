extension MessageCipher {
    /// Seals a message into a new frame: `E:`, nonce, ciphertext, tag.
    ///
    /// - Throws: ``CryptoError`` as ``seal(_:appendingTo:)`` does.
    public func seal(_ plaintext: [UInt8]) throws(CryptoError) -> [UInt8] {
        var frame: [UInt8] = []
        try plaintext.withRawSpan { (plaintext) throws(CryptoError) in
            try seal(plaintext, appendingTo: &frame)
        }
        return frame
    }

    /// Opens what stands behind the `E:` of a frame.
    ///
    /// - Throws: ``CryptoError`` as ``open(_:into:)`` does.
    public func open(_ sealed: [UInt8]) throws(CryptoError) -> [UInt8] {
        var plaintext: [UInt8] = []
        try sealed.withRawSpan { (sealed) throws(CryptoError) in try open(sealed, into: &plaintext) }
        return plaintext
    }
}
