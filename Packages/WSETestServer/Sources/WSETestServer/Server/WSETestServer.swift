internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOConcurrencyHelpers

/// A WSE server in your own process, for tests and demonstrations: it speaks the protocol as the published servers
/// do, and does to clients what tests need.
///
/// ```swift
/// try await withWSETestServer { server in
///     // connect your client to server.url, then:
///     let connection = try await server.nextConnection()
///     try await server.waitForSubscription(to: "prices")
///     try server.publish("price", ["symbol": "BTC", "value": 42_000], to: "prices")
///     let order = try await server.nextMessage(ofType: "order")
///     try connection.reply(to: order, "order_accepted")
/// }
/// ```
///
/// All methods may be called on any thread. Those that are not `async` return at once: what they send waits in the
/// connection's outbox until the server's own thread writes it.
public final class WSETestServer: Sendable {
    /// What it was started with.
    public let configuration: Configuration

    let group: MultiThreadedEventLoopGroup
    let tls: NIOSSLContext?
    private let state: NIOLockedValueBox<ServerState>
    let listening = NIOLockedValueBox(Listening())
    /// The last of what changes whether the server is there.
    let lastStep = NIOLockedValueBox<Task<Void, Never>?>(nil)

    struct Listening: Sendable {
        /// The port that was asked for and, once it was bound, the real one.
        var port = 0
        var channel: (any Channel)?
    }

    private init(configuration: Configuration, group: MultiThreadedEventLoopGroup, tls: NIOSSLContext?) {
        self.configuration = configuration
        self.group = group
        self.tls = tls
        state = NIOLockedValueBox(ServerState(configuration: configuration))
        listening.withLockedValue { $0.port = configuration.port }
    }

    /// The port that it listens on; it keeps it for its whole life.
    public var port: Int { listening.withLockedValue { $0.port } }

    /// Where clients connect to, such as `ws://127.0.0.1:50123/wse`.
    public var url: String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "\(tls == nil ? "ws" : "wss")://\(host):\(port)\(configuration.path)"
    }

    /// Starts a server. End it with ``stop(_:)``; ``withWSETestServer(configuration:_:)`` does so itself.
    ///
    /// - Throws: ``WSETestServerError`` with code `bindFailed` or `tlsFailed`.
    public static func start(
        configuration: Configuration = Configuration()
    ) async throws(WSETestServerError) -> WSETestServer {
        let tls = try configuration.tls.map { (tls) throws(WSETestServerError) in try TLSContext.make(tls) }
        // A thread of its own: a client's blocked event loop must not hold up the server that tests it.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = WSETestServer(configuration: configuration, group: group, tls: tls)
        do throws(WSETestServerError) {
            try await server.bind()
            return server
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    // MARK: State

    /// Looks at the state.
    func read<Result: Sendable>(_ body: (inout ServerState) -> Result) -> Result {
        state.withLockedValue { body(&$0) }
    }

    /// Changes the state, and wakes those who waited for what it has become.
    @discardableResult
    func update<Result: Sendable, Failure: Error>(
        _ body: (inout ServerState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (result, resumptions) = state.withLockedValue {
            state -> (Swift.Result<Result, Failure>, [WaiterList.Resumption]) in
            do throws(Failure) {
                let result = try body(&state)
                return (.success(result), WaiterList.settle(&state))
            } catch {
                return (.failure(error), WaiterList.settle(&state))
            }
        }
        // Outside the lock, as a resumed task may come straight back.
        for resumption in resumptions { resumption() }
        return try result.get()
    }
}
