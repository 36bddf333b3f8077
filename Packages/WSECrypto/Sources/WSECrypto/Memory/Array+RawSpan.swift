extension Array where Element == UInt8 {
    /// Lends the bytes without a copy. (`Array.span` does the same, but not on every platform this package
    /// supports.)
    @inline(__always)
    func withRawSpan<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // A non-throwing closure, because `withUnsafeBytes` would forget the type of the error.
        let result: Swift.Result<Result, Failure> = withUnsafeBytes { buffer in
            do throws(Failure) {
                return .success(try body(RawSpan(_unsafeBytes: buffer)))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
