extension SessionCipher {
    /// The bounds of a session.
    public struct Configuration: Sendable, Hashable {
        /// The order that the peer's nonces promise.
        @nonexhaustive
        public enum InboundNonces: Sendable, Hashable {
            /// None: they are random, as those of the published servers are. A replayed message is refused as long
            /// as its nonce is among the latest ``Configuration/replayWindow``. The frames hold nothing that tells
            /// their order, so that messages came in another order than they were sealed in cannot be seen here;
            /// topics have their offsets for that, inside of the sealed message.
            case random
            /// Each is greater than the one before, as with a peer that seals with this package. Every replayed
            /// and every reordered message of the session is refused, without a window.
            case increasing
        }

        /// How many messages this side may seal, from 1 to 2^31. Reaching it is an error, after which new keys are
        /// needed.
        public var sealedMessages: UInt64 {
            didSet { sealedMessages = Self.bounded(sealedMessages) }
        }

        /// How many messages of the peer this side opens, from 1 to 2^31. Reaching it is an error, after which new
        /// keys are needed.
        public var openedMessages: UInt64 {
            didSet { openedMessages = Self.bounded(openedMessages) }
        }

        /// How many of the latest nonces of the peer are remembered, from 1 to 2^30, at about 24 bytes each.
        ///
        /// With a window no smaller than ``openedMessages`` no replay of the session passes.
        public var replayWindow: Int {
            didSet { replayWindow = Self.bounded(replayWindow) }
        }

        /// What is known of the peer's nonces.
        public var inboundNonces: InboundNonces

        /// - Parameters:
        ///   - sealedMessages: 2^31 by default: with as many in the other direction the chance that a random nonce
        ///     of the peer meets another one stays below 2^-32, the bound of SP 800-38D, section 8.3.
        ///   - openedMessages: 2^31 by default.
        ///   - replayWindow: 65,536 by default.
        ///   - inboundNonces: Random by default.
        public init(
            sealedMessages: UInt64 = 1 << 31, openedMessages: UInt64 = 1 << 31, replayWindow: Int = 65_536,
            inboundNonces: InboundNonces = .random
        ) {
            self.sealedMessages = Self.bounded(sealedMessages)
            self.openedMessages = Self.bounded(openedMessages)
            self.replayWindow = Self.bounded(replayWindow)
            self.inboundNonces = inboundNonces
        }

        private static func bounded(_ messages: UInt64) -> UInt64 { min(max(messages, 1), 1 << 31) }
        private static func bounded(_ window: Int) -> Int { min(max(window, 1), 1 << 30) }
    }
}
