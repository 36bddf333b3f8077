extension MessageSigner {
    /// Makes the signature of a payload; see ``signature(of:at:)-(RawSpan,_)``.
    public func signature(of payload: [UInt8], at unixSeconds: Int64) throws(CryptoError) -> String {
        try payload.withRawSpan { (payload) throws(CryptoError) in
            try signature(of: payload, at: unixSeconds)
        }
    }
}

extension MessageVerifier {
    /// Verifies the signature of a payload; see ``verify(_:of:at:)-(_,RawSpan,_)``.
    public func verify(
        _ signature: String, of payload: [UInt8], at unixSeconds: Int64
    ) throws(CryptoError) {
        try payload.withRawSpan { (payload) throws(CryptoError) in
            try verify(signature, of: payload, at: unixSeconds)
        }
    }
}
