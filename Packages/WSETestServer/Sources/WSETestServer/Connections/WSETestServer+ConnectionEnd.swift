extension WSETestServer {
    /// How a connection came to its end.
    public struct ConnectionEnd: Sendable, Hashable, CustomStringConvertible {
        enum Value: Sendable, Hashable {
            case clientClosed(code: UInt16?, reason: String)
            case clientDropped
            case serverClosed(code: UInt16?)
            case serverCut
            case violation(String)
        }

        let value: Value

        /// The client sent a close frame first.
        public var isClientClose: Bool { if case .clientClosed = value { true } else { false } }
        /// TCP ended without a close frame, and not by this server's doing.
        public var isClientDrop: Bool { value == .clientDropped }
        /// The server sent a close frame first or cut the connection.
        public var isServerInitiated: Bool {
            switch value {
            case .serverClosed, .serverCut: true
            case .clientClosed, .clientDropped, .violation: false
            }
        }
        /// What the client did against RFC 6455 that made the server close, such as an unmasked frame.
        public var violation: String? { if case .violation(let what) = value { what } else { nil } }
        /// The code of the first close frame; `nil` if it had none or if there was no close frame.
        public var code: UInt16? {
            switch value {
            case .clientClosed(let code, _), .serverClosed(let code): code
            case .clientDropped, .serverCut, .violation: nil
            }
        }
        /// The reason that the client gave.
        public var reason: String? { if case .clientClosed(_, let reason) = value { reason } else { nil } }

        public var description: String {
            switch value {
            case .clientClosed(let code, let reason):
                "client closed with \(code.map(String.init) ?? "no status")"
                    + (reason.isEmpty ? "" : " \(reason)")
            case .clientDropped: "client dropped TCP"
            case .serverClosed(let code): "server closed with \(code.map(String.init) ?? "no status")"
            case .serverCut: "server cut TCP"
            case .violation(let what): "client broke the protocol: \(what)"
            }
        }
    }
}
