/// What a peer's frame did wrong.
public enum FrameViolation: Error, Sendable, Hashable {
    /// A reserved bit is set although no extension was agreed on (section 5.2).
    case reservedBits
    /// An operation code that RFC 6455 reserves.
    case reservedOpcode(UInt8)
    /// A server must not mask (section 5.1).
    case maskedFrame
    /// Control frames must not be fragmented (section 5.5).
    case fragmentedControlFrame
    /// Control frames hold at most 125 bytes (section 5.5).
    case oversizedControlFrame
    /// A continuation frame without a message to continue (section 5.4).
    case unexpectedContinuation
    /// A new message before the fragmented one ended (section 5.4).
    case interleavedMessage
    /// A length in more bytes than it needs (section 5.2).
    case nonMinimalLength
    /// A 64-bit length with its highest bit set (section 5.2).
    case invalidLength
    /// A close frame with a single byte (section 5.5.1).
    case truncatedCloseCode
    /// A close code that must not stand in a frame (section 7.4).
    case invalidCloseCode(UInt16)
    /// A text message that is not UTF-8 (section 8.1).
    case invalidTextEncoding
    /// A close reason that is not UTF-8 (section 5.5.1).
    case invalidReasonEncoding
    /// A frame that claims more payload than the limit.
    case frameTooLarge(claimed: UInt64, limit: Int)
    /// A message whose fragments together exceed the limit.
    case messageTooLarge(limit: Int)

    /// The close code that answers it (section 7.4.1).
    public var closeCode: UInt16 {
        switch self {
        case .invalidTextEncoding, .invalidReasonEncoding: 1007
        case .frameTooLarge, .messageTooLarge: 1009
        default: 1002
        }
    }
}
