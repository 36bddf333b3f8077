extension WSETestServer {
    /// What the server claims to do.
    public struct Features: Sendable, Hashable {
        /// Whether direct sends above ``Limits/compressionThreshold`` go out as `C:` frames. Default `true`.
        public var compression = true
        /// Whether subscriptions resume from the topic's history. Default `true`.
        public var recovery = true
        /// Whether clients are told of each other's presence. Default `true`.
        public var presence = true
        /// Whether clients may send `C:` frames; the published servers do not inflate them. Default `true`.
        public var clientCompression = true

        /// All that a server offers.
        public init() {}
    }
}
