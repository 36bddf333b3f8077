extension WebSocketConfiguration {
    /// - Throws: ``WebSocketError`` with code `invalidArgument`, naming the first value that makes no sense.
    func validate() throws(WebSocketError) {
        let sizes = [
            ("limits.inboundFrame", limits.inboundFrame), ("limits.inboundMessage", limits.inboundMessage),
            ("limits.outboundMessage", limits.outboundMessage), ("limits.handshake", limits.handshake),
            ("limits.receiveBuffer", limits.receiveBuffer),
            ("output.highWatermark", output.highWatermark), ("output.limit", output.limit),
        ]
        for (name, value) in sizes where value <= 0 {
            throw WebSocketError(.invalidArgument, "\(name) must be positive; it is \(value).")
        }
        guard limits.refusalBody >= 0 else {
            throw WebSocketError(
                .invalidArgument, "limits.refusalBody must not be negative; it is \(limits.refusalBody).")
        }
        guard 0 <= output.lowWatermark, output.lowWatermark < output.highWatermark,
            output.highWatermark <= output.limit
        else {
            throw WebSocketError(
                .invalidArgument, "output must have 0 <= lowWatermark < highWatermark <= limit.")
        }
        if case .server(let server)? = proxy?.choice {
            guard (1...65_535).contains(server.port) else {
                throw WebSocketError(
                    .invalidArgument, "The proxy's port must be 1 to 65535; it is \(server.port).")
            }
            guard !server.host.isEmpty else {
                throw WebSocketError(.invalidArgument, "The proxy's host is empty.")
            }
        }
        let durations = [
            ("timeouts.connect", timeouts.connect), ("timeouts.handshake", timeouts.handshake),
            ("timeouts.close", timeouts.close),
        ]
        for (name, value) in durations where value <= .zero {
            throw WebSocketError(.invalidArgument, "\(name) must be positive; it is \(value).")
        }
    }
}
