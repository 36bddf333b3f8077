public import WSECrypto

/// Signatures of payloads (protocol section 10), under a key that the application gives to both sides.
///
/// - **Age**: the verifier's `maximumAge` has to exceed the longest outage, and, where the peer verifies what this side
///   sends, the lifetime of the offline queue as well. A message keeps the signature it was made with, so a replayed or
///   queued one that is older is refused as too old.
/// - **One verifier per client**: a `PayloadVerifier` remembers the nonces that it saw. Shared between clients, it takes
///   what the second one receives for a repetition.
/// - **Rate**: it remembers 100,000 nonces for 300 s by default, which is enough for 333 signed events a second. For
///   more, or with a longer `maximumAge`, raise `nonceCapacity` to the product of the two.
public struct WSESigning: Sendable {
    /// What becomes of an application's event without a good signature.
    public struct Policy: Sendable, Hashable {
        enum Value: Sendable {
            case reject, accept
        }

        let value: Value

        /// It is discarded, and announced as ``WSESignal/unverified(type:_:)``.
        public static let reject = Policy(value: .reject)
        /// It is delivered, and announced.
        public static let accept = Policy(value: .accept)
    }

    /// Signs each message of the user's; `nil` to sign nothing.
    public var signer: (any MessageSigner)?
    /// Verifies each event of the application's; `nil` to verify nothing. The protocol's own messages are not signed.
    public var verifier: (any MessageVerifier)?
    /// For events that are not signed. Default: reject.
    public var unsigned: Policy
    /// For events whose signature is not good, or cannot be verified because the payload came as MessagePack. Default:
    /// reject.
    public var invalid: Policy

    /// Signs with `signer` and verifies with `verifier`, each if there is one. Without a verifier the policies do
    /// nothing.
    public init(
        signer: (any MessageSigner)? = nil, verifier: (any MessageVerifier)? = nil,
        unsigned: Policy = .reject, invalid: Policy = .reject
    ) {
        self.signer = signer
        self.verifier = verifier
        self.unsigned = unsigned
        self.invalid = invalid
    }
}
