/// What a sender sends.
public enum Work: Sendable, Hashable {
    /// JSON of 230 bytes in text frames, stamped with the place in one of so many topics, which take turns.
    case stamped(topics: Int)
    /// JSON of 230 bytes in text frames, with an id and no stamp.
    case unstamped
    /// The stamped event with a payload that makes it 4 KB, as `C:` frames.
    case zlib
    /// The stamped event as `M:` frames.
    case messagePack
    /// The stamped event as `E:` frames.
    case encrypted
    /// The stamped event, one hundred in a frame.
    case batch
    /// The stamped event with a payload that makes it 64 KiB.
    case large

    public init?(_ name: String, topics: Int = 1) {
        switch name {
        case "stamped": self = .stamped(topics: max(1, topics))
        case "unstamped": self = .unstamped
        case "zlib": self = .zlib
        case "msgpack": self = .messagePack
        case "encrypted": self = .encrypted
        case "batch": self = .batch
        case "64k": self = .large
        default: return nil
        }
    }

    public var eventsPerFrame: Int { self == .batch ? 100 : 1 }

    /// The offset of the first event of a topic: with as many digits as the others, so that all frames are alike.
    public static let firstOffset: UInt64 = 1_000_000

    public static func topic(_ index: Int, of count: Int) -> String {
        count == 1 ? "market.btc-usd" : "market.\(index + 1_000_000)"
    }
}
