import WSECrypto
import WSEWire

extension SessionMachine {
    /// Whether an event may pass, by its signature and the user's policy. What servers themselves say has none, and
    /// passes without; should it have one, that counts.
    mutating func isVerified(_ event: WSEEvent, now: Moment) -> Bool {
        guard let signing = settings.signing, let verifier = signing.verifier else { return true }
        guard let signature = event.signature else {
            if let type = event.internedType.messageType, !type.isApplicationAnswer { return true }
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

extension MessageType {
    /// Whether it stands for the family of types that end in `_response`: the session knows nothing of them but that, and
    /// applications make up their own.
    var isApplicationAnswer: Bool { !isNamed }

    /// Whether the server tells it by itself, so that it is no answer to anything.
    var isNotice: Bool {
        switch name {
        case "rate_limit_warning", "connection_quality", "connection_state_change", "presence_join",
            "presence_leave", "presence_update":
            true
        default: false
        }
    }
}
