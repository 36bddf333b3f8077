/// One message from the server.
///
/// Messages that arrived together share one piece of memory; to keep a single one for long, copy its bytes.
public struct WebSocketMessage: Sendable {
    /// Text or binary.
    public let kind: WebSocketMessageKind
    /// The payload, without a copy.
    public let bytes: ArraySlice<UInt8>

    init(kind: WebSocketMessageKind, bytes: ArraySlice<UInt8>) {
        self.kind = kind
        self.bytes = bytes
    }

    /// The payload as a string. Text messages are known to be UTF-8; a binary one may get replacement characters.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
