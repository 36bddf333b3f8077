/// What a decoder finds in a frame; a batch holds several.
public enum WireItem: Sendable {
    /// An envelope: an event for the application or a control message, told apart by its type.
    case event(WSEEvent)
    /// `PING:<ms>` of old servers, with the time it carries in milliseconds.
    case legacyPing(milliseconds: Int64)
    /// `PONG:<ms>` of old servers.
    case legacyPong(milliseconds: Int64)
    /// An encrypted frame that came while the decoder had no key: what stands behind `E:`.
    case encrypted([UInt8])
    /// Something that could not be read. What stands beside it in a batch comes out all the same.
    indirect case failure(WireError)
}
