extension WSEClient {
    /// Connects with a token and topics in one line.
    ///
    /// - Throws: as ``WSEClient/connect()``, and `invalidArgument` if `url` is not a WebSocket URL.
    public static func connect(
        to url: String, token: String? = nil, topics: [String] = [],
        configuration: WSEConfiguration = WSEConfiguration()
    ) async throws(WSEError) -> WSEClient {
        var configuration = configuration
        if let token { configuration.tokenProvider = StaticToken(token) }
        configuration.topics += topics
        let client = try WSEClient(url: url, configuration: configuration)
        try await client.connect()
        return client
    }
}

/// Connects, runs `body`, and disconnects on every way out of it. Returns when the connection is closed, also where the task
/// is cancelled: a program that ends next has said goodbye.
///
/// - Throws: what connecting or `body` throws.
public func withWSEClient<Result>(
    url: String, token: String? = nil, topics: [String] = [],
    configuration: WSEConfiguration = WSEConfiguration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (WSEClient) async throws -> Result
) async throws -> Result {
    let client = try await WSEClient.connect(
        to: url, token: token, topics: topics, configuration: configuration)
    do {
        let result = try await body(client)
        await leave(client)
        return result
    } catch {
        await leave(client)
        throw error
    }
}

/// Disconnects in a task of its own, as a cancelled one would not wait for the end.
private func leave(_ client: WSEClient) async {
    await Task { await client.disconnect() }.value
}
