/// Where random bytes come from; the seam that lets tests be repeatable.
///
/// May be called from any thread.
public protocol RandomByteSource: Sendable {
    /// Overwrites all of `bytes`.
    ///
    /// - Throws: ``CryptoError`` if there is no entropy; `bytes` must not be used then.
    func fill(_ bytes: inout MutableRawSpan) throws(CryptoError)
}

extension RandomByteSource {
    /// Makes an array of random bytes.
    ///
    /// - Parameter count: How many, from 0.
    /// - Throws: ``CryptoError`` with code `libraryFailure` if there is no entropy.
    public func bytes(count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        let result: Result<Void, CryptoError> = bytes.withUnsafeMutableBytes { buffer in
            do throws(CryptoError) {
                var span = MutableRawSpan(_unsafeBytes: buffer)
                return .success(try fill(&span))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return bytes
    }
}
