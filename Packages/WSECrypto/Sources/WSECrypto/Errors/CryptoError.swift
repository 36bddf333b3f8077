/// Why a cryptographic operation was refused or failed.
///
/// Code and message say what is wrong. Neither ever contains key material, plaintext or the bytes at fault.
public struct CryptoError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public let code: Code
    /// What is wrong, for people.
    public let message: String
    /// libcrypto's own reasons, oldest first; empty where the failure was found without it.
    public let reasons: [String]

    /// Makes one, for a seam of your own. Code, message and reasons may be logged: put no secrets in.
    public init(_ code: Code, _ message: String, reasons: [String] = []) {
        self.code = code
        self.message = message
        self.reasons = reasons
    }

    public var description: String {
        reasons.isEmpty
            ? "\(code): \(message)" : "\(code): \(message) (libcrypto: \(reasons.joined(separator: "; ")))"
    }
}
