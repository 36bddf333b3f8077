extension RawSpan {
    /// Lends a pointer that is never null, which libcrypto wants even for no bytes.
    @inline(__always)
    func withPointer<Result>(_ body: (UnsafePointer<UInt8>, Int) -> Result) -> Result {
        withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else {
                return withUnsafePointer(to: 0) { body($0, 0) }
            }
            return body(base.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }
}
