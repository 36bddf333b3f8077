extension WSETestServer {
    /// Runs a script over the frames to every connection, those to come too; each counts its own frames. `nil` ends
    /// that. The script before it is forgotten, and so are the frames that it still held back.
    public func inject(_ script: FaultScript?) {
        update { state in
            state.script = script
            for link in state.links { link.inject(script) }
        }
    }

    /// Does something else with the next request than to upgrade it. Several calls are for several requests.
    public func refuseNext(_ refusal: Refusal) {
        update { $0.refusals.append(refusal) }
    }

    /// Does something else with each request from now on than to upgrade it; `nil` ends that.
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

extension WSETestServer.Connection {
    /// Runs a script over the frames to this client from now on; `nil` ends that. The script before it is forgotten,
    /// and so are the frames that it still held back.
    public func inject(_ script: FaultScript?) {
        link.inject(script)
    }
}
