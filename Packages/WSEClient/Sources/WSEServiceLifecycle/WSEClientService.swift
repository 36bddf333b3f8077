public import ServiceLifecycle
public import WSEClient

/// Runs a client as a service: connects, and disconnects when the service group shuts down.
///
/// <!-- given: client: WSEClient, logger: Logger -->
/// ```swift
/// import Logging
/// import ServiceLifecycle
/// import WSEServiceLifecycle
///
/// let group = ServiceGroup(services: [WSEClientService(client)], logger: logger)
/// try await group.run()
/// ```
public struct WSEClientService: Service {
    private let client: WSEClient

    /// A service that runs `client`; handlers and streams stay those of the client.
    public init(_ client: WSEClient) {
        self.client = client
    }

    /// Returns when the client is disconnected: by its user, by a graceful shutdown, or because the task is cancelled.
    ///
    /// - Throws: `WSEError` if the client cannot connect, or is ended by an error.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { [client] in try await client.run() }
    }
}
