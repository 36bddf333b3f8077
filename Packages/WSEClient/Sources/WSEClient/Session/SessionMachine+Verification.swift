import WSECrypto
import WSEWire

extension SessionMachine {
    /// Whether an application's event may pass, by its signature and the user's policy.
    mutating func isVerified(_ event: WSEEvent, now: Moment) -> Bool {
        guard let signing = settings.signing, let verifier = signing.verifier,
            event.internedType.messageType == nil
        else { return true }
        guard let signature = event.signature else {
            return passes(event, nil, signing.unsigned)
        }
        do throws(CryptoError) {
            try event.payload.withBytes { (bytes) throws(CryptoError) in
                try verifier.verify(signature, of: bytes, at: Int64(clamping: now.unixMilliseconds / 1_000))
            }
            return true
        } catch {
            return passes(event, error, signing.invalid)
        }
    }

    private mutating func passes(
        _ event: WSEEvent, _ error: CryptoError?, _ policy: WSESigning.Policy
    ) -> Bool {
        counters.unverified += 1
        emit(.signal(.unverified(type: event.type, error)))
        return policy == .accept
    }
}
