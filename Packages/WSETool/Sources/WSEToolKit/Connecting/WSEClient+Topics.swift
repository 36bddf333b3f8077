internal import WSEClient

extension WSEClient {
    /// Subscribes, and takes it for an error if nothing came of it.
    ///
    /// - Throws: ``ToolError`` with status `noPermission` if the server refuses every topic; what subscribing throws.
    func subscribe(orFail topics: [String]) async throws -> SubscriptionResult {
        let result = try await subscribe(topics)
        guard result.refused.count < Set(topics).count else {
            throw ToolError(.noPermission, "the server refuses \(topics.joined(separator: ", ").shown)")
        }
        return result
    }
}
