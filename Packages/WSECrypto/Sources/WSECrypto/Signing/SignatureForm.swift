/// The two forms of an envelope's `sig` (PROTOCOL section 10).
@nonexhaustive
public enum SignatureForm: Sendable, Hashable, CaseIterable {
    /// With the time it was made and a nonce, so that it goes stale and is good for one use:
    /// `<hash of the payload>:<Unix seconds>:<nonce>:<code of all that>`.
    case timestamped
    /// The bare code of the payload's hash, as the server library makes it. Whoever has seen it can use it again,
    /// for the same payload and at any time.
    case plain
}
