internal import NIOCore
internal import WSEWire

extension WSETestServer {
    /// A client's connection as the server sees it. Copies are the same connection; all calls work on any thread
    /// and return at once unless they are `async`.
    public struct Connection: Sendable, Hashable, Identifiable {
        let link: ConnectionLink

        init(link: ConnectionLink) {
            self.link = link
        }

        /// The `connection_id` that the client is told.
        public var id: String { link.id }
        /// Counts the server's connections from 1, in the order in which they were upgraded.
        public var number: Int { link.number }
        /// The request that opened it.
        public var request: Request { link.request }
        /// The subject of the client's token.
        public var userID: String? { link.userID }
        /// Whether TCP is still there.
        public var isOpen: Bool { !link.isClosed }
        /// Whether what is sent to it goes out sealed.
        public var isEncrypted: Bool { link.isEncrypted }
        /// Whether reading and writing have stopped while TCP stays open.
        public var isStalled: Bool { link.isStalled }
        /// How it ended; `nil` while TCP is still there.
        public var end: ConnectionEnd? { link.end }
        /// How many frames with data were sent or wait to be.
        public var sentFrames: Int { link.sentFrames }
        /// How many frames were dropped because the client was too slow: see ``Limits/outboundBytes``.
        public var droppedFrames: Int { link.droppedFrames }
        /// Whether it ever sent more than its rate allows: see ``Limits/rateLimitCapacity``.
        public var wasRateLimited: Bool { rateLimitedMessageCount > 0 }
        /// How many of its messages came too fast, so that they were answered with `RATE_LIMITED`; those of a batch count
        /// one by one.
        public var rateLimitedMessageCount: Int { link.rateLimitedMessages }
        /// How many bytes wait to be written.
        public var pendingBytes: Int { link.pendingBytes }

        public static func == (left: Connection, right: Connection) -> Bool { left.link === right.link }

        public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(link)) }

        /// The topics that it is subscribed to.
        public var topics: Set<String> {
            link.server?.read { $0.sessions[link.number]?.topics ?? [] } ?? []
        }

        /// Returns once it has ended, with how.
        ///
        /// - Throws: ``WSETestServerError`` with code `timedOut` or `cancelled`.
        public func ended(within limit: Duration = .seconds(10)) async throws(WSETestServerError)
            -> ConnectionEnd
        {
            let link = link
            if let end = link.end { return end }
            guard let server = link.server else {
                throw WSETestServerError(.stopped, "the server is gone")
            }
            return try await server.wait(for: "the end of connection \(number)", within: limit) { _ in
                link.end
            }
        }
    }
}

extension WSETestServer.Connection: CustomStringConvertible {
    public var description: String { "connection \(number)" + (userID.map { " of \($0)" } ?? "") }
}
