import Testing
import WSECrypto

/// Expects that `body` throws an error of one code.
func expect<Result: ~Copyable>(
    _ code: CryptoError.Code, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    from body: () throws(CryptoError) -> Result
) {
    do {
        _ = try body()
        Issue.record("nothing was thrown: \(comment ?? "")", sourceLocation: sourceLocation)
    } catch {
        #expect(error.code == code, comment, sourceLocation: sourceLocation)
    }
}
