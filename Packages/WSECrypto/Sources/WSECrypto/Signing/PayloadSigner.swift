import Synchronization

/// Signs payloads with a key of the application (PROTOCOL section 10).
///
/// A class, because it keeps a libcrypto context, which exists once, and is shared by all that send.
public final class PayloadSigner: MessageSigner, CustomReflectable {
    /// The form of the signatures it makes.
    public let form: SignatureForm

    private let context: Mutex<HMACContext>
    private let random: any RandomByteSource

    /// - Parameters:
    ///   - key: The key that both sides have.
    ///   - form: `timestamped` by default; `plain` for peers that know only that.
    ///   - random: Where the nonces come from.
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public init(
        key: SigningKey, form: SignatureForm = .timestamped, random: some RandomByteSource = SecureRandom()
    ) throws(CryptoError) {
        let context = try key.makeContext()
        self.context = Mutex(context)
        self.form = form
        self.random = random
    }

    /// Empty: keys are not for reflection.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Makes the signature of a payload; see ``MessageSigner/signature(of:at:)``.
    ///
    /// - Throws: ``CryptoError`` with code `invalidTime` for a timestamped signature before 1970 or after the year
    ///   30,000,000, `libraryFailure`.
    public func signature(of payload: RawSpan, at unixSeconds: Int64) throws(CryptoError) -> String {
        let hash = try SHA256.digest(of: payload).hexadecimal
        switch form {
        case .plain:
            return try code(for: hash).hexadecimal
        case .timestamped:
            guard 0...Signature.latestTime ~= unixSeconds else {
                throw CryptoError(.invalidTime, "a time that a signature cannot state")
            }
            let nonce = try random.bytes(count: Signature.nonceByteCount)
            let message = Signature.message(hash: hash, unixSeconds: unixSeconds, nonce: nonce)
            return "\(message):\(try code(for: message).hexadecimal)"
        }
    }

    private func code(for message: String) throws(CryptoError) -> SHA256Digest {
        try Array(message.utf8).withRawSpan { (message) throws(CryptoError) in
            try context.withLock { (context) throws(CryptoError) in try context.code(for: message) }
        }
    }
}
