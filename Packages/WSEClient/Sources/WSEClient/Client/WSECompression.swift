import WSEWire

/// Whether the user's messages are compressed on their way out. What comes compressed is always understood.
///
/// JSON messages of more than 1,024 bytes are sent as `C:` and a zlib stream of level 6, if that is smaller. Never
/// compressed are the handshake, the heartbeat and subscriptions; messages under ``WSEConfiguration/encryption``, as servers
/// discard `C:` within `E:`; and MessagePack. zlib's state takes about 256 KiB for each client that has compressed a
/// message; the work is done on the thread that sends.
public struct WSECompression: Sendable, Hashable {
    enum Value: Sendable {
        case automatic, always, never
    }

    let value: Value

    /// Towards servers that say in their hello that they inflate. The published `wse-server` does not say so. The default.
    public static let automatic = WSECompression(value: .automatic)
    /// Towards every server. One that does not inflate hands its application bytes that it cannot read.
    public static let always = WSECompression(value: .always)
    /// Towards none.
    public static let never = WSECompression(value: .never)
}
