internal import Dispatch

/// The lines of standard input, as they are typed. Reading blocks a thread of its own, so that who waits for a line can be
/// cancelled; no line is read before it is asked for.
public struct TypedLines: AsyncSequence {
    public typealias Element = String
    public typealias Failure = Never

    public init() {}

    public func makeAsyncIterator() -> Iterator { Iterator() }

    public struct Iterator: AsyncIteratorProtocol {
        private let demand = DispatchSemaphore(value: 0)
        private var lines: AsyncStream<String>.Iterator

        fileprivate init() {
            let demand = demand
            let (stream, continuation) = AsyncStream.makeStream(of: String.self)
            DispatchQueue(label: "standard input").async {
                demand.wait()
                while let line = readLine() {
                    continuation.yield(line)
                    demand.wait()
                }
                continuation.finish()
            }
            lines = stream.makeAsyncIterator()
        }

        public mutating func next() async -> String? {
            await next(isolation: nil)
        }

        /// - Returns: `nil` at the end of the input, or when the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> String? {
            demand.signal()
            return await lines.next(isolation: actor)
        }
    }
}
