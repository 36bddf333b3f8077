/// Values made of events, in order, each once. Ends as ``WSEEventSequence`` does.
///
/// Its route exists while the sequence or one of its iterators does.
public struct WSETypedSequence<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = WSEError

    let events: WSEEventSequence
    /// `nil` for an event that is passed over.
    let transform: @Sendable (WSEEvent) -> Element?

    public func makeAsyncIterator() -> Iterator {
        Iterator(events: events.makeAsyncIterator(), transform: transform)
    }

    /// Walks the values.
    public struct Iterator: AsyncIteratorProtocol {
        var events: WSEEventSequence.Iterator
        let transform: @Sendable (WSEEvent) -> Element?

        public mutating func next() async throws(WSEError) -> Element? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(WSEError) -> Element? {
            while let event = try await events.next(isolation: actor) {
                if let element = transform(event) { return element }
            }
            return nil
        }
    }
}
