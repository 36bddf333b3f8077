@_spi(WSE) import WSETransport
import Dispatch
public import WSEWire

/// A ``WSEClient`` for programs without concurrency: every call blocks its thread until it is done, and throws what went
/// wrong.
///
/// For plain threads, the main one included. A task must not block, as there are only as many threads for tasks as
/// processors: inside of one, every call throws ``WSEError`` with code `blocking`, and so it does on a thread that serves
/// connections. A handler runs in a task.
///
/// ```swift
/// let client = try SyncWSEClient(url: "wss://example.com/wse")
/// try client.connect()
/// try client.subscribe(["prices"])
/// while let event = try client.receive() { print(event.type) }
/// ```
public final class SyncWSEClient: Sendable {
    /// The same client, for code with concurrency, and for what does not wait: state, statistics, signals.
    public let client: WSEClient

    /// - Throws: ``WSEError`` with code `invalidArgument` if `url` is not a WebSocket URL.
    public convenience init(
        url: String, configuration: WSEConfiguration = WSEConfiguration()
    ) throws(WSEError) {
        self.init(try WSEClient(url: url, configuration: configuration))
    }

    /// The blocking side of a client that exists already; both are the same connection.
    public init(_ client: WSEClient) {
        self.client = client
    }

    /// As ``WSEClient/connect()``.
    public func connect() throws(WSEError) {
        try wait { (client) async throws(WSEError) in try await client.connect() }
    }

    /// As ``WSEClient/disconnect()``.
    public func close() throws(WSEError) {
        try wait { (client) async throws(WSEError) in await client.disconnect() }
    }

    /// Connects unless connected, and returns when the client is closed, by another thread or by a handler.
    ///
    /// - Throws: ``WSEError`` as ``WSEClient/run()``.
    public func runForever() throws(WSEError) {
        try wait { (client) async throws(WSEError) in try await client.run() }
    }

    /// As ``WSEClient/receive(timeout:)``.
    public func receive(timeout: Duration? = nil) throws(WSEError) -> WSEEvent? {
        try wait { (client) async throws(WSEError) in try await client.receive(timeout: timeout) }
    }

    // MARK: Topics

    /// As ``WSEClient/subscribe(_:)``.
    @discardableResult
    public func subscribe(_ topics: [String]) throws(WSEError) -> SubscriptionResult {
        try wait { (client) async throws(WSEError) in try await client.subscribe(topics) }
    }

    /// As ``WSEClient/subscribe(_:presence:)``.
    @discardableResult
    public func subscribe(_ topics: [String], presence: WSEValue) throws(WSEError) -> SubscriptionResult {
        try wait { (client) async throws(WSEError) in
            try await client.subscribe(topics, presence: presence)
        }
    }

    /// As ``WSEClient/unsubscribe(_:)``.
    @discardableResult
    public func unsubscribe(_ topics: [String]) throws(WSEError) -> SubscriptionResult {
        try wait { (client) async throws(WSEError) in try await client.unsubscribe(topics) }
    }

    /// As ``WSEClient/requestSnapshot(_:includesHistory:)``.
    @discardableResult
    public func requestSnapshot(
        _ topics: [String], includesHistory: Bool = false
    ) throws(WSEError) -> SendOutcome {
        try wait { (client) async throws(WSEError) in
            try await client.requestSnapshot(topics, includesHistory: includesHistory)
        }
    }

    // MARK: Sending

    /// As ``WSEClient/send(_:_:priority:correlationID:)-(_,WSEValue,_,_)``.
    @discardableResult
    public func send(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) throws(WSEError) -> SendOutcome {
        try wait { (client) async throws(WSEError) in
            try await client.send(type, payload, priority: priority, correlationID: correlationID)
        }
    }

    /// As ``WSEClient/send(_:_:priority:correlationID:)-(_,Encodable,_,_)``.
    @discardableResult
    public func send(
        _ type: String, _ payload: some Encodable & Sendable, priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) throws(WSEError) -> SendOutcome {
        try wait { (client) async throws(WSEError) in
            try await client.send(type, payload, priority: priority, correlationID: correlationID)
        }
    }

    /// As ``WSEClient/sendWithRetry(_:_:priority:correlationID:maximumRetries:)-(_,Encodable,_,_,_)``.
    @discardableResult
    public func sendWithRetry(
        _ type: String, _ payload: some Encodable & Sendable, priority: MessagePriority? = nil,
        correlationID: String? = nil, maximumRetries: Int = 5
    ) throws(WSEError) -> SendOutcome {
        try wait { (client) async throws(WSEError) in
            try await client.sendWithRetry(
                type, payload, priority: priority, correlationID: correlationID,
                maximumRetries: maximumRetries)
        }
    }

    /// As ``WSEClient/sendWithRetry(_:_:priority:correlationID:maximumRetries:)-(_,WSEValue,_,_,_)``.
    @discardableResult
    public func sendWithRetry(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil, maximumRetries: Int = 5
    ) throws(WSEError) -> SendOutcome {
        try wait { (client) async throws(WSEError) in
            try await client.sendWithRetry(
                type, payload, priority: priority, correlationID: correlationID,
                maximumRetries: maximumRetries)
        }
    }

    /// As ``WSEClient/sendBatch(_:)``.
    @discardableResult
    public func sendBatch(_ messages: [WSEMessage]) throws(WSEError) -> [SendOutcome] {
        try wait { (client) async throws(WSEError) in try await client.sendBatch(messages) }
    }

    /// As ``WSEClient/request(_:_:priority:correlationID:timeout:)-(_,Encodable,_,_,_)``.
    public func request(
        _ type: String, _ payload: some Encodable & Sendable, priority: MessagePriority? = nil,
        correlationID: String? = nil, timeout: Duration = .seconds(30)
    ) throws(WSEError) -> WSEEvent {
        try wait { (client) async throws(WSEError) in
            try await client.request(
                type, payload, priority: priority, correlationID: correlationID, timeout: timeout)
        }
    }

    /// As ``WSEClient/request(_:_:priority:correlationID:timeout:)-(_,WSEValue,_,_,_)``.
    public func request(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil, timeout: Duration = .seconds(30)
    ) throws(WSEError) -> WSEEvent {
        try wait { (client) async throws(WSEError) in
            try await client.request(
                type, payload, priority: priority, correlationID: correlationID, timeout: timeout)
        }
    }

    // MARK: Handlers

    /// As ``WSEClient/on(_:buffering:perform:)``.
    @discardableResult
    public func on(
        _ type: String, buffering: StreamBuffering = .default,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        client.on(type, buffering: buffering, perform: handler)
    }

    /// As ``WSEClient/onAny(buffering:perform:)``.
    @discardableResult
    public func onAny(
        buffering: StreamBuffering = .default,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        client.onAny(buffering: buffering, perform: handler)
    }

    /// As ``WSEClient/forceReconnect()``.
    public func forceReconnect() {
        client.forceReconnect()
    }

    /// As ``WSEClient/changeEndpoint(_:)``.
    public func changeEndpoint(_ url: String) throws(WSEError) {
        try client.changeEndpoint(url)
    }

    /// As ``WSEClient/statistics()``.
    public func statistics() -> WSEStatistics {
        client.statistics()
    }

    // MARK: Waiting

    /// Where the outcome of one call is put by the task and fetched by the thread.
    private final class Slot<Value: Sendable>: Sendable {
        private let outcome = OrderedMutex<Result<Value, WSEError>?>(nil)
        private let isThere = DispatchSemaphore(value: 0)

        func put(_ result: Result<Value, WSEError>) {
            outcome.withLock { $0 = result }
            isThere.signal()
        }

        func fetch() -> Result<Value, WSEError> {
            while true {
                isThere.wait()
                if let result = outcome.withLock({ $0 }) { return result }
            }
        }
    }

    private func wait<Value: Sendable>(
        _ work: @escaping @Sendable (WSEClient) async throws(WSEError) -> Value
    ) throws(WSEError) -> Value {
        guard withUnsafeCurrentTask(body: { $0 == nil }) else {
            throw WSEError(.blocking, "a blocking call inside of a task; WSEClient is made for that")
        }
        guard !TransportThread.isCurrent else {
            throw WSEError(.blocking, "a blocking call on a thread that serves connections")
        }
        let slot = Slot<Value>()
        Task { [client] in
            do throws(WSEError) {
                slot.put(.success(try await work(client)))
            } catch {
                slot.put(.failure(error))
            }
        }
        return try slot.fetch().get()
    }
}
