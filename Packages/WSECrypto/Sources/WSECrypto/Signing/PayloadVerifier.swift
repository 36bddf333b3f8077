import Synchronization

/// Verifies the signatures of payloads with a key of the application (PROTOCOL section 10).
///
/// A class, because the nonces it has seen must exist once, for all that receive.
public final class PayloadVerifier: MessageVerifier, CustomReflectable {
    private struct State: ~Copyable {
        var context: HMACContext
        var nonces: SignatureNonces
    }

    /// The forms of signatures it accepts.
    public let forms: Set<SignatureForm>
    /// How old a timestamped signature may be.
    public let maximumAge: Duration
    /// How far ahead the clock of the signer may be.
    public let clockTolerance: Duration

    private let state: Mutex<State>

    /// - Parameters:
    ///   - key: The key that both sides have.
    ///   - forms: Only timestamped ones by default. To accept plain ones is to accept replays of them.
    ///   - maximumAge: 5 minutes by default; whole seconds from 1 second to 1 day, other durations are brought into
    ///     that range.
    ///   - clockTolerance: 30 seconds by default; whole seconds from 0 to 1 day.
    ///   - nonceCapacity: How many timestamped signatures may come within `maximumAge`; 100,000 by default, at about
    ///     100 bytes each. More are refused.
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public init(
        key: SigningKey, forms: Set<SignatureForm> = [.timestamped], maximumAge: Duration = .seconds(300),
        clockTolerance: Duration = .seconds(30), nonceCapacity: Int = 100_000
    ) throws(CryptoError) {
        let context = try key.makeContext()
        let day = Duration.seconds(86_400)
        self.forms = forms
        self.maximumAge = min(max(maximumAge, .seconds(1)), day)
        self.clockTolerance = min(max(clockTolerance, .zero), day)
        let age = self.maximumAge.components.seconds
        state = Mutex(
            State(
                context: context, nonces: SignatureNonces(capacity: max(nonceCapacity, 1), maximumAge: age)))
    }

    /// Empty: keys are not for reflection.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Verifies the signature of a payload; see ``MessageVerifier/verify(_:of:at:)``.
    ///
    /// - Throws: ``CryptoError`` with code
    ///   - `malformedSignature`: neither form;
    ///   - `unacceptedSignatureForm`: a form that is not among ``forms``;
    ///   - `payloadMismatch`: a timestamped signature of another payload;
    ///   - `signatureMismatch`: not made with this key, changed since, or, in the plain form, of another payload;
    ///   - `signatureTooOld`, `signatureFromTheFuture`: not within the age window;
    ///   - `replayedSignature`: verified before;
    ///   - `nonceCacheFull`: so many within the window that this one could not be remembered;
    ///   - `libraryFailure`.
    public func verify(
        _ signature: String, of payload: RawSpan, at unixSeconds: Int64
    ) throws(CryptoError) {
        switch try Signature(signature) {
        case .plain(let code):
            try requireForm(.plain)
            let hash = try SHA256.digest(of: payload).hexadecimal
            try state.withLock { (state) throws(CryptoError) in
                try Self.check(code, of: hash, with: &state.context)
            }
        case .timestamped(let signature):
            try requireForm(.timestamped)
            let hash = try SHA256.digest(of: payload)
            guard ConstantTime.areEqual(hash.bytes, signature.hash) else {
                throw CryptoError(.payloadMismatch, "the signature is of another payload")
            }
            let message = Signature.message(
                hash: hash.hexadecimal, unixSeconds: signature.unixSeconds, nonce: signature.nonce)
            try state.withLock { (state) throws(CryptoError) in
                try Self.check(signature.code, of: message, with: &state.context)
                try use(signature, &state.nonces, now: unixSeconds)
            }
        }
    }

    private func requireForm(_ form: SignatureForm) throws(CryptoError) {
        guard forms.contains(form) else {
            throw CryptoError(.unacceptedSignatureForm, "signatures of this form are not accepted here")
        }
    }

    private static func check(
        _ code: [UInt8], of message: String, with context: inout HMACContext
    ) throws(CryptoError) {
        let expected = try Array(message.utf8).withRawSpan { (message) throws(CryptoError) in
            try context.code(for: message)
        }
        let matches = expected.withBytes { expected in
            code.withRawSpan { ConstantTime.areEqual(expected, $0) }
        }
        guard matches else {
            throw CryptoError(.signatureMismatch, "the signature was not made like this with this key")
        }
    }

    /// Uses up an authentic signature.
    private func use(
        _ signature: Signature.Timestamped, _ nonces: inout SignatureNonces, now: Int64
    ) throws(CryptoError) {
        // Within what a signature can state, so that no sum below overflows.
        let now = min(max(now, 0), Signature.latestTime)
        let time = signature.unixSeconds
        guard time <= now + clockTolerance.components.seconds else {
            throw CryptoError(.signatureFromTheFuture, "the signature was made later than now")
        }
        guard time >= now - maximumAge.components.seconds, time >= nonces.earliest else {
            throw CryptoError(.signatureTooOld, "the signature is too old")
        }
        guard !nonces.contains(signature.nonce) else {
            throw CryptoError(.replayedSignature, "the signature was verified before")
        }
        try nonces.insert(signature.nonce, time: time, now: now)
    }
}
