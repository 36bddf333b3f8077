extension WSETestServer {
    /// Kinds of frames with data that the server sends, for faults to choose among.
    public struct FrameKinds: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Handshake, heartbeat, errors, answers to subscriptions, presence.
        public static let control = FrameKinds(rawValue: 1)
        /// What is sent to one connection alone.
        public static let direct = FrameKinds(rawValue: 2)
        /// What is published to topics, live.
        public static let publications = FrameKinds(rawValue: 4)
        /// What is published to topics, replayed to a client that resumes.
        public static let replays = FrameKinds(rawValue: 8)
        /// All but ``control``: what a client must not lose unnoticed.
        public static let application: FrameKinds = [.direct, .publications, .replays]
        /// Every frame, the handshake's among them.
        public static let all: FrameKinds = [.control, .direct, .publications, .replays]
    }
}
