import WSECrypto

/// Bytes from hexadecimal digits, for constants of tests. Spaces are ignored.
func hex(_ digits: String) -> [UInt8] {
    guard let bytes = try? Hexadecimal.decode(String(digits.filter { $0 != " " && $0 != "\n" })) else {
        fatalError("not hexadecimal: \(digits)")
    }
    return bytes
}

/// Bytes that look random and are the same every time.
func pattern(_ count: Int) -> [UInt8] {
    var state: UInt32 = 0x9e37_79b9
    return (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 24)
    }
}

extension SymmetricKey {
    /// A key made of bytes that are given in a test.
    static func of(_ bytes: [UInt8]) throws(CryptoError) -> SymmetricKey {
        try bytes.withSpan { (span) throws(CryptoError) in try SymmetricKey(copying: span) }
    }
}

extension MessageCipher {
    /// Opens a frame, `E:` and all.
    func open(frame: [UInt8]) throws(CryptoError) -> [UInt8] {
        try open(Array(frame.dropFirst(2)))
    }
}

/// Random bytes that are not: always the same, so that a test can say what a cipher starts with.
struct FixedBytes: RandomByteSource {
    var bytes: [UInt8]

    func fill(_ output: inout MutableRawSpan) throws(CryptoError) {
        output.withUnsafeMutableBytes { buffer in
            for index in buffer.indices { buffer[index] = bytes[index % bytes.count] }
        }
    }
}

/// A source that has run dry.
struct NoBytes: RandomByteSource {
    func fill(_ output: inout MutableRawSpan) throws(CryptoError) {
        throw CryptoError(.libraryFailure, "no random bytes")
    }
}
