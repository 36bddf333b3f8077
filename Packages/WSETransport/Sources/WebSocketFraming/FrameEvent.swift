/// What ``FrameDecoder/next(in:at:)`` found.
public enum FrameEvent: Sendable, Hashable {
    /// Nothing complete is left in the input; all of it was taken in.
    case needsInput
    /// A whole message.
    case message(isText: Bool, FramePayload)
    case ping(FramePayload)
    case pong(FramePayload)
    /// A valid close frame; the decoder takes nothing after it. `code` is `nil` if the frame is empty.
    case close(code: UInt16?, reason: FramePayload)
}

/// Where a payload lies.
public enum FramePayload: Sendable, Hashable {
    /// In the input handed to ``FrameDecoder/next(in:at:)``.
    case input(offset: Int, count: Int)
    /// In ``FrameDecoder/message``, from its start: a fragmented message, or one that arrived over several reads.
    case message(count: Int)
    /// In ``FrameDecoder/control``: a control frame that arrived over several reads.
    case control(offset: Int, count: Int)

    public var count: Int {
        switch self {
        case .input(_, let count), .message(let count), .control(_, let count): count
        }
    }
}
