/// Which kind of WebSocket message some bytes came in.
public enum FrameKind: Sendable, Hashable {
    /// A text message.
    case text
    /// A binary message.
    case binary
}
