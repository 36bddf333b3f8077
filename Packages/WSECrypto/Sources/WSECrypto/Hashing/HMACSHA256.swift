/// HMAC-SHA256 (RFC 2104, FIPS 198-1).
public enum HMACSHA256 {
    /// Authenticates a message that is complete.
    ///
    /// - Parameters:
    ///   - message: Any number of bytes.
    ///   - key: Any number of bytes but none; 32 random ones are best.
    /// - Throws: ``CryptoError`` with code `invalidKeyLength` for an empty key, `libraryFailure`.
    public static func code(for message: RawSpan, key: RawSpan) throws(CryptoError) -> SHA256Digest {
        var context = try HMACContext(key: key)
        return try context.code(for: message)
    }

    /// Authenticates a message that is complete; see ``code(for:key:)-(RawSpan,_)``.
    public static func code(for message: [UInt8], key: [UInt8]) throws(CryptoError) -> SHA256Digest {
        try message.withRawSpan { (message) throws(CryptoError) in
            try key.withRawSpan { (key) throws(CryptoError) in try code(for: message, key: key) }
        }
    }

    /// Whether `code` authenticates a message, found out in constant time.
    ///
    /// - Throws: ``CryptoError`` with code `invalidKeyLength` for an empty key, `libraryFailure`.
    public static func isValid(
        _ code: RawSpan, for message: RawSpan, key: RawSpan
    ) throws(CryptoError) -> Bool {
        try self.code(for: message, key: key).withBytes { ConstantTime.areEqual($0, code) }
    }

    /// Whether `code` authenticates a message; see ``isValid(_:for:key:)-(RawSpan,_,_)``.
    public static func isValid(
        _ code: [UInt8], for message: [UInt8], key: [UInt8]
    ) throws(CryptoError) -> Bool {
        try self.code(for: message, key: key).withBytes { expected in
            code.withRawSpan { ConstantTime.areEqual(expected, $0) }
        }
    }
}
