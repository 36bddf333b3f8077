/// Callers that wait for an answer, by the correlation id that will be in it.
struct PendingRequests {
    private var callers: [String: RequestID] = [:]
    private var correlations: [RequestID: String] = [:]

    var isEmpty: Bool { callers.isEmpty }
    var count: Int { callers.count }

    func isOutstanding(_ caller: RequestID) -> Bool {
        correlations[caller] != nil
    }

    /// - Returns: Whether nobody else waits for an answer with that correlation id.
    mutating func expect(_ correlationID: String, by caller: RequestID) -> Bool {
        guard callers[correlationID] == nil else { return false }
        callers[correlationID] = caller
        correlations[caller] = correlationID
        return true
    }

    /// The caller whose answer came, who waits no longer.
    mutating func take(_ correlationID: String?) -> RequestID? {
        guard !callers.isEmpty, let correlationID, let caller = callers.removeValue(forKey: correlationID)
        else { return nil }
        correlations[caller] = nil
        return caller
    }

    /// - Returns: Whether the caller was waiting.
    mutating func remove(_ caller: RequestID) -> Bool {
        guard let correlationID = correlations.removeValue(forKey: caller) else { return false }
        callers[correlationID] = nil
        return true
    }

    /// All of them, in the order in which they asked.
    mutating func takeAll() -> [RequestID] {
        defer { self = PendingRequests() }
        return correlations.keys.sorted { $0.rawValue < $1.rawValue }
    }
}
