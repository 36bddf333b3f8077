extension WSETestServer {
    /// The form in which a message goes to one client.
    public struct MessageForm: Sendable, Hashable {
        enum Value: Sendable {
            case automatic, text, binary, compressed, bareZlib, messagePack, bareMessagePack
        }

        let value: Value

        /// As the published servers' `send_event`: JSON in a binary frame, compressed above the threshold; MessagePack
        /// with `M:` to a client that asked for `format=msgpack`.
        public static let automatic = MessageForm(value: .automatic)
        /// JSON in a text frame.
        public static let text = MessageForm(value: .text)
        /// JSON in a binary frame.
        public static let binary = MessageForm(value: .binary)
        /// `C:` and a zlib stream of JSON, however small.
        public static let compressed = MessageForm(value: .compressed)
        /// A zlib stream of JSON without `C:`, as from old servers.
        public static let bareZlib = MessageForm(value: .bareZlib)
        /// `M:` and MessagePack.
        public static let messagePack = MessageForm(value: .messagePack)
        /// MessagePack without `M:`, as from old servers.
        public static let bareMessagePack = MessageForm(value: .bareMessagePack)
    }
}
