import CCrypto

/// libcrypto's random generator, seeded by the operating system and safe for keys and nonces.
public struct SecureRandom: RandomByteSource {
    /// The process's generator; all of them are the same.
    public init() {}

    public func fill(_ bytes: inout MutableRawSpan) throws(CryptoError) {
        let result = bytes.withUnsafeMutableBytes { buffer -> CInt in
            var position = 0
            // `RAND_bytes` counts in 32 bits.
            while position < buffer.count {
                let count = min(buffer.count - position, 1 << 30)
                let start = buffer.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self)
                guard RAND_bytes(start, CInt(count)) == 1 else { return 0 }
                position += count
            }
            return 1
        }
        try LibCrypto.check(result, "no random bytes")
    }
}
