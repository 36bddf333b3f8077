import CCrypto

/// Comparisons whose time does not tell where the difference is.
public enum ConstantTime {
    /// Whether both hold the same bytes.
    ///
    /// The time depends on the lengths only, which are taken to be public.
    public static func areEqual(_ first: RawSpan, _ second: RawSpan) -> Bool {
        guard first.byteCount == second.byteCount else { return false }
        return first.withPointer { left, count in
            second.withPointer { right, _ in CRYPTO_memcmp(left, right, count) == 0 }
        }
    }

    /// Whether both hold the same bytes; see ``areEqual(_:_:)-(RawSpan,_)``.
    public static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        first.withRawSpan { first in second.withRawSpan { second in areEqual(first, second) } }
    }
}
