/// Which kind of WebSocket message some bytes came in.
public enum FrameKind: Sendable, Hashable {
    case text
    case binary
}
