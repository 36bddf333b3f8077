extension WSETestServer {
    /// How a TCP connection ends without a WebSocket close frame.
    public struct CutStyle: Sendable, Hashable {
        enum Value: Sendable {
            case finish, reset
        }

        let value: Value

        /// In order, with a FIN: as when a process ends.
        public static let finish = CutStyle(value: .finish)
        /// Abruptly, with an RST: as when a machine has forgotten the connection.
        public static let reset = CutStyle(value: .reset)
    }
}
