extension Array where Element == UInt8 {
    /// Lends the bytes as the package's functions take them.
    func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = ContiguousArray(self)
        return try body(bytes.span.bytes)
    }
}
