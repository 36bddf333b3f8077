/// A padded copy of bytes that were validated, kept alive by whoever reads them.
final class ValidatedBytes: Sendable {
    private let bytes: PaddedBytes

    private init(_ bytes: PaddedBytes) {
        self.bytes = bytes
    }

    static func json(_ source: RawSpan, limits: WireLimits) throws(WireError) -> ValidatedBytes {
        let bytes = try padded(source, limits: limits)
        try bytes.withBytes { (base, count) throws(WireError) in
            do throws(JSONFailure) {
                var scanner = JSONScanner(base: base, count: count)
                try scanner.skipValue(depth: 0, maximumDepth: limits.maximumDepth)
                try scanner.expectEnd()
            } catch {
                throw error.wireError
            }
        }
        return ValidatedBytes(bytes)
    }

    static func messagePack(_ source: RawSpan, limits: WireLimits) throws(WireError) -> ValidatedBytes {
        let bytes = try padded(source, limits: limits)
        try bytes.withBytes { (base, count) throws(WireError) in
            var scanner = MessagePackScanner(base: base, count: count, position: 0)
            try scanner.skipValue(depth: 0, maximumDepth: limits.maximumDepth)
            try scanner.expectEnd()
        }
        return ValidatedBytes(bytes)
    }

    private static func padded(_ source: RawSpan, limits: WireLimits) throws(WireError) -> PaddedBytes {
        guard source.byteCount <= limits.maximumMessageSize else {
            throw WireError(
                .messageTooLarge,
                "\(source.byteCount) bytes where \(limits.maximumMessageSize) are allowed")
        }
        return PaddedBytes(source)
    }

    /// The index of the value in JSON text, behind white space.
    static func firstValue(_ base: UnsafePointer<UInt8>) -> Int {
        var reader = JSONValueReader(base: base, position: 0)
        reader.skipWhitespace()
        return reader.position
    }

    func withBytes<Result, Failure: Error>(
        _ body: (UnsafePointer<UInt8>, Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(body)
    }
}
