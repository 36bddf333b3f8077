public import WSEWire

/// The events of a client, in order, each once.
///
/// The sequence ends when the user disconnects, and throws its cause when the client ends by an error that no
/// reconnect can mend; a lost connection does not end it. Several iterators share the events between them: each
/// event goes to one of them.
///
/// Iterating costs one lock per batch of events and, on whatever actor the consumer runs, no hop per event.
public struct WSEEventSequence: AsyncSequence, Sendable {
    public typealias Element = WSEEvent
    public typealias Failure = WSEError

    let mailbox: Mailbox<WSEEvent>

    public func makeAsyncIterator() -> Iterator {
        Iterator(mailbox: mailbox)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private var batch: [WSEEvent] = []
        private var index = 0
        private let mailbox: Mailbox<WSEEvent>

        init(mailbox: Mailbox<WSEEvent>) {
            self.mailbox = mailbox
        }

        public mutating func next() async throws(WSEError) -> WSEEvent? {
            try await next(isolation: nil)
        }

        @inline(__always)
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(WSEError) -> WSEEvent?
        {
            if index < batch.count {
                defer { index &+= 1 }
                return batch[index]
            }
            return try await refill(isolation: actor)
        }

        private mutating func refill(isolation actor: isolated (any Actor)?) async throws(WSEError)
            -> WSEEvent?
        {
            index = 0
            guard try await mailbox.take(into: &batch, isolation: actor) else { return nil }
            index = 1
            return batch.first
        }
    }
}
