public import WSECrypto

/// End-to-end encryption of a connection: nothing of the user's leaves in the clear.
///
/// The keys are agreed on anew with each connection, between this client and its server. They are not bound to an
/// identity, so who can change what the two say at the beginning can sit in between: use it over TLS. Handshake and
/// heartbeat stay in the clear, as servers demand; they carry nothing of the user's.
///
/// It fails closed. `connect()` throws `encryption` if the server does not confirm, or offers a key that is none, also
/// where other first failures are retried; on a later connection that is a reason to try again. Messages wait until
/// the keys are there.
///
/// What servers send in the clear by design is acted on all the same: handshake, heartbeat, answers to subscriptions,
/// their notices `error`, `rate_limit_warning` and `connection_quality`, and their questions `health_check`,
/// `metrics_request` and `sync_request`, whose answers leave sealed.
public struct WSEEncryption: Sendable {
    /// What becomes of any other event that arrives in the clear, before the keys are there or after.
    public struct PlaintextPolicy: Sendable, Hashable {
        enum Value: Sendable {
            case reject, accept, disconnect
        }

        let value: Value

        /// It is discarded and announced as ``WSESignal/downgrade(type:)``. A publication of a wanted topic is asked for
        /// again, so that it comes encrypted; servers may still be without the keys when they begin to publish. What
        /// has no stamp cannot be asked for: `wse-server` 2.0.1 replays in the clear, and ``WSESignal/resync(topic:epoch:)``
        /// tells then that the topic has missed events. The default.
        public static let reject = PlaintextPolicy(value: .reject)
        /// It is delivered, in its place by its stamp, and announced. Who can change what the server says can then make
        /// up events.
        public static let accept = PlaintextPolicy(value: .accept)
        /// The connection is given up with an `encryption` error, and made anew.
        public static let disconnect = PlaintextPolicy(value: .disconnect)
    }

    /// Agrees on the keys; another one is for tests.
    public var keyExchange: any KeyExchangeFactory
    /// What becomes of events that arrive in the clear. Default: they are rejected.
    public var plaintext: PlaintextPolicy
    /// Frames that come before the keys and are held, at most. Default 256.
    public var heldFrames: Int = 256
    /// Their bytes, at most. Default 4 MiB.
    public var heldBytes: Int = 4 << 20

    /// Encryption as published servers have it; what comes in the clear is rejected unless `plaintext` says otherwise.
    public init(
        keyExchange: any KeyExchangeFactory = SessionKeyExchangeFactory(),
        plaintext: PlaintextPolicy = .reject
    ) {
        self.keyExchange = keyExchange
        self.plaintext = plaintext
    }
}
