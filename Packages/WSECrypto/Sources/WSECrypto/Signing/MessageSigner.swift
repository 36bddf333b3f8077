/// Signs payloads; the seam for whatever makes an envelope's `sig`.
///
/// May be called from any thread.
public protocol MessageSigner: Sendable {
    /// Makes the signature of a payload.
    ///
    /// - Parameters:
    ///   - payload: The JSON of the payload, byte for byte as it goes on the wire.
    ///   - unixSeconds: The wall-clock time, in seconds since 1970.
    /// - Throws: ``CryptoError``; the message must not be sent unsigned then.
    func signature(of payload: RawSpan, at unixSeconds: Int64) throws(CryptoError) -> String
}

/// Verifies what a ``MessageSigner`` made.
///
/// May be called from any thread.
public protocol MessageVerifier: Sendable {
    /// Verifies the signature of a payload.
    ///
    /// - Parameters:
    ///   - signature: The `sig` of the envelope.
    ///   - payload: The JSON of the payload, byte for byte as it came: not decoded and encoded again.
    ///   - unixSeconds: The wall-clock time, in seconds since 1970.
    /// - Throws: ``CryptoError`` unless the signature is good.
    func verify(_ signature: String, of payload: RawSpan, at unixSeconds: Int64) throws(CryptoError)
}
