extension WSETestServer {
    /// Answers the next request with an HTTP error instead of an upgrade. Several calls refuse several requests.
    public func refuseNext(_ refusal: Refusal) {
        update { $0.refusals.append(refusal) }
    }

    /// Answers each request with an HTTP error from now on; `nil` ends that.
    public func refuseAll(_ refusal: Refusal?) {
        update { $0.standingRefusal = refusal }
    }

    /// Ends TCP of all connections without a close frame.
    public func cutAll(_ style: CutStyle = .finish) {
        for connection in connections { connection.cut(style) }
    }

    /// Sends a close frame to all connections.
    public func closeAll(code: UInt16?, reason: String = "") {
        for connection in connections { connection.close(code: code, reason: reason) }
    }

    /// Makes all connections half-open: see ``Connection/stall()``.
    public func stallAll() {
        for connection in connections { connection.stall() }
    }
}
