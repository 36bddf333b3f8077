public import Synchronization
public import WSEWire

/// The events of a client, or those of one topic or type, in order, each once.
///
/// The sequence ends when the user disconnects, and throws its cause, a ``WSEError``, when the client ends by an error
/// that no reconnect can mend; a lost connection does not end it. In a task that is cancelled, a loop ends without an
/// error once nothing waits for it. Several iterators share the events between them: each event goes to one of them.
///
/// Iterating costs one lock per batch of events and, on whatever actor the consumer runs, no hop per event.
public struct WSEEventSequence: AsyncSequence, Sendable {
    public typealias Element = WSEEvent
    public typealias Failure = WSEError

    let mailbox: Mailbox<WSEEvent>
    /// Ends the route into the mailbox when it goes; `nil` for the route that all events take.
    var route: EventRouteOwner?

    public func makeAsyncIterator() -> Iterator {
        Iterator(mailbox: mailbox, route: route)
    }

    /// Walks the events. What it has taken and not given out goes to the next consumer when it is released. Copies of
    /// an iterator are one and the same.
    public struct Iterator: AsyncIteratorProtocol {
        @usableFromInline let cursor: Cursor

        init(mailbox: Mailbox<WSEEvent>, route: EventRouteOwner?) {
            cursor = Cursor(mailbox: mailbox, route: route)
        }

        public mutating func next() async throws(WSEError) -> WSEEvent? {
            try await next(isolation: nil)
        }

        // Inlinable, so that an event that is there is taken without a call.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(WSEError) -> WSEEvent?
        {
            if let event = cursor.taken { return event }
            return try await cursor.refill(isolation: actor)
        }
    }

    /// A consumer's place in its batch. A class, so that it hears of its release: a loop left by `break` loses nothing.
    @usableFromInline final class Cursor {
        @exclusivity(unchecked) @usableFromInline var batch: [WSEEvent] = []
        @exclusivity(unchecked) @usableFromInline var index = 0
        private var run: UInt64?
        private let mailbox: Mailbox<WSEEvent>
        private let route: EventRouteOwner?
        @usableFromInline let progress = BatchProgress()

        init(mailbox: Mailbox<WSEEvent>, route: EventRouteOwner?) {
            self.mailbox = mailbox
            self.route = route
        }

        deinit {
            if index < batch.count {
                mailbox.giveBack(batch[index...], of: progress)
            } else {
                mailbox.putDown(progress)
            }
        }

        /// The next event of the batch.
        @inlinable
        var taken: WSEEvent? {
            guard index < batch.count else { return nil }
            defer {
                index &+= 1
                progress.used.store(index, ordering: .relaxed)
            }
            return batch[index]
        }

        @usableFromInline
        func refill(isolation actor: isolated (any Actor)?) async throws(WSEError) -> WSEEvent? {
            // Local while it waits: a copy of the iterator may be used meanwhile, and must find things in order.
            var batch: [WSEEvent] = []
            swap(&batch, &self.batch)
            index = 0
            var run = run
            let isTaken = try await mailbox.take(
                into: &batch, run: &run, progress: progress, isolation: actor)
            self.run = run
            guard isTaken else { return nil }
            if index < self.batch.count { mailbox.giveBack(self.batch[index...]) }
            self.batch = batch
            index = 1
            progress.used.store(1, ordering: .relaxed)
            return batch.first
        }
    }
}
