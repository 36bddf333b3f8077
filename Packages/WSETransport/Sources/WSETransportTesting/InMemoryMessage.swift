public import WSETransport

/// A whole message, as a test writes and compares it.
public enum InMemoryMessage: Sendable, Hashable {
    case text(String)
    case binary([UInt8])

    init(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) {
        self = kind == .text ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
    }

    public var kind: WebSocketMessageKind {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }

    public var bytes: [UInt8] {
        switch self {
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        }
    }
}
