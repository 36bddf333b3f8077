/// 32 bytes: a SHA-256 hash or an HMAC-SHA256 code. Compares in constant time.
public struct SHA256Digest: Sendable, Hashable {
    /// How many bytes a digest has.
    public static let byteCount = 32

    // Four words rather than an array: no allocation, and no early exit when compared.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// - Parameter body: Writes all 32 bytes.
    init<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let result: Result<Void, Failure> = withUnsafeMutableBytes(of: &words) { buffer in
            do throws(Failure) { return .success(try body(buffer)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// A digest that came from elsewhere; `nil` unless there are 32 bytes.
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount == Self.byteCount else { return nil }
        bytes.withUnsafeBytes { source in
            withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: source) }
        }
    }

    /// The bytes, as a new array.
    public var bytes: [UInt8] { withBytes { $0.withUnsafeBytes { Array($0) } } }

    /// The bytes as 64 lower-case hexadecimal digits.
    public var hexadecimal: String { withBytes { Hexadecimal.encode($0) } }

    /// Lends the bytes without a copy.
    public func withBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
        withUnsafeBytes(of: words) { body(RawSpan(_unsafeBytes: $0)) }
    }

    public static func == (first: SHA256Digest, second: SHA256Digest) -> Bool {
        let difference =
            (first.words.0 ^ second.words.0) | (first.words.1 ^ second.words.1)
            | (first.words.2 ^ second.words.2) | (first.words.3 ^ second.words.3)
        return difference == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
