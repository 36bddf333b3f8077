#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Unpredictable masking keys (RFC 6455 section 5.3), straight from the operating system's random numbers.
///
/// One system call fetches 64 keys, so a key costs a few nanoseconds without a generator of our own.
public struct MaskKeySource: Sendable {
    /// Keys not handed out yet, the next one last.
    private var keys: [UInt32] = []

    /// A source without keys; the first key fetches some.
    public init() {}

    /// A key that was never handed out before.
    public mutating func nextKey() -> UInt32 {
        if keys.isEmpty { refill() }
        return keys.removeLast()
    }

    private mutating func refill() {
        // 256 bytes are the most that one call gives.
        keys.append(contentsOf: repeatElement(0, count: 64))
        let isFilled = keys.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { getentropy($0, buffer.count) == 0 } ?? false
        }
        if !isFilled {
            // A sandbox may deny the call; the standard library has other ways.
            var generator = SystemRandomNumberGenerator()
            for index in keys.indices { keys[index] = generator.next() }
        }
    }
}
