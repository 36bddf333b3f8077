internal import WSEClient

/// Runs a function with a client, and disconnects it on every way out, also where the task is cancelled.
///
/// - Throws: What the function throws.
func withClient<Result>(
    _ url: String, _ configuration: WSEConfiguration, _ body: (WSEClient) async throws -> Result
) async throws -> Result {
    let client = try WSEClient(url: url, configuration: configuration)
    do {
        let result = try await body(client)
        await leave(client)
        return result
    } catch {
        await leave(client)
        throw error
    }
}

/// In a task of its own, as a cancelled one would not wait for the server's goodbye.
private func leave(_ client: WSEClient) async {
    await Task { await client.disconnect() }.value
}
