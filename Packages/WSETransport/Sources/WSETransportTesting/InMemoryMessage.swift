public import WSETransport

/// A whole message, as a test writes and compares it.
public enum InMemoryMessage: Sendable, Hashable {
    /// A text message.
    case text(String)
    /// A binary message.
    case binary([UInt8])

    init(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) {
        self = kind == .text ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
    }

    /// Text or binary.
    public var kind: WebSocketMessageKind {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }

    /// The payload; of text, its UTF-8.
    public var bytes: [UInt8] {
        switch self {
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        }
    }
}
