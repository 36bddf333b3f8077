extension WSETestServer {
    /// Which published server the test server behaves like, on the wire and at its edges.
    public struct Dialect: Sendable, Hashable, CustomStringConvertible {
        enum Value: Sendable {
            case current, prefixed
        }

        let value: Value

        /// As `wse-server` 2.5.1: the category in `c`, publications stamped, close 4401 after an auth failure.
        public static let current = Dialect(value: .current)
        /// As `wse-server` 2.0.1: the category before the JSON (`WSE{…}`), publications without prefix and
        /// without stamp, a close without status after an auth failure.
        public static let prefixed = Dialect(value: .prefixed)

        /// What `server_hello` says.
        public var serverVersion: String {
            switch value {
            case .current: "2.5.1"
            case .prefixed: "2.0.1"
            }
        }

        public var description: String { serverVersion }
    }
}
