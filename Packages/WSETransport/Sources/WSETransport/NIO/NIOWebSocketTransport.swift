public import NIOCore
public import NIOPosix

/// WebSocket connections over SwiftNIO sockets, with NIOSSL for `wss`.
///
/// It starts no threads and holds no connections: each lives on one event loop of the group, which calls the
/// connection's handler. Keep handlers short, as every connection of that loop waits for them.
public struct NIOWebSocketTransport: WebSocketTransport {
    /// Applies to connections started with this value.
    public var configuration: WebSocketConfiguration

    private let eventLoopGroup: any EventLoopGroup
    private let tlsContexts = TLSContextCache()
    /// The system's if `nil`.
    private let makeResolver: (@Sendable (any EventLoop) -> any Resolver & Sendable)?
    /// Where ``WebSocketProxy/environment`` looks.
    private let environment: ProxyEnvironment

    /// - Parameters:
    ///   - configuration: Limits, timeouts, TLS and proxy.
    ///   - eventLoopGroup: Not shut down by this type. SwiftNIO's shared one by default.
    public init(
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.init(configuration: configuration, eventLoopGroup: eventLoopGroup, makeResolver: nil)
    }

    /// With a resolver or an environment of a test's own.
    init(
        configuration: WebSocketConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        makeResolver: (@Sendable (any EventLoop) -> any Resolver & Sendable)? = nil,
        environment: ProxyEnvironment = .process
    ) {
        self.environment = environment
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.makeResolver = makeResolver
    }

    public func connect(
        _ request: WebSocketRequest, handler: any WebSocketHandler
    ) -> any WebSocketConnection {
        let connection = NIOWebSocketConnection(
            eventLoop: eventLoopGroup.any(), configuration: configuration)
        let (configuration, tlsContexts, environment) = (configuration, tlsContexts, environment)
        let resolver = makeResolver?(connection.eventLoop)
        connection.eventLoop.execute {
            let attempt = ConnectionAttempt(
                connection: connection, request: request, configuration: configuration,
                tlsContexts: tlsContexts, resolver: resolver, environment: environment, handler: handler)
            connection.stage.value = .connecting(attempt)
            attempt.start()
        }
        return connection
    }
}
