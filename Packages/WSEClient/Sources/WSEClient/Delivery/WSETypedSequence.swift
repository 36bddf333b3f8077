public import WSEWire

/// Values made of events, in order, each once. Ends as ``WSEEventSequence`` does.
///
/// Its route exists while the sequence or one of its iterators does.
public struct WSETypedSequence<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = WSEError

    /// `nil` for an event that is passed over.
    @usableFromInline typealias Transform = @Sendable (WSEEvent, inout DecodingMemory) -> Element?

    let events: WSEEventSequence
    let transform: Transform

    public func makeAsyncIterator() -> Iterator {
        Iterator(events: events.makeAsyncIterator(), transform: transform)
    }

    /// Walks the values.
    public struct Iterator: AsyncIteratorProtocol {
        @usableFromInline var events: WSEEventSequence.Iterator
        @usableFromInline let transform: Transform
        @usableFromInline var memory = DecodingMemory()

        init(events: WSEEventSequence.Iterator, transform: @escaping Transform) {
            self.events = events
            self.transform = transform
        }

        public mutating func next() async throws(WSEError) -> Element? {
            try await next(isolation: nil)
        }

        // Inlinable, so that it is made for the very type of the elements.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(WSEError) -> Element? {
            while let event = try await events.next(isolation: actor) {
                if let element = transform(event, &memory) { return element }
            }
            return nil
        }
    }
}
