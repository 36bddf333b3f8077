/// Runs a function with a server that is stopped when the function returns or throws.
///
/// ```swift
/// @Test func resumesAfterACut() async throws {
///     try await withWSETestServer { server in
///         // connect to server.url …
///     }
/// }
/// ```
///
/// - Throws: What the function throws, or ``WSETestServerError`` if the server could not start.
public func withWSETestServer<Result>(
    configuration: WSETestServer.Configuration = .init(),
    _ body: (WSETestServer) async throws -> Result
) async throws -> Result {
    let server = try await WSETestServer.start(configuration: configuration)
    do {
        let result = try await body(server)
        await server.stop(.crash())
        return result
    } catch {
        await server.stop(.crash())
        throw error
    }
}
