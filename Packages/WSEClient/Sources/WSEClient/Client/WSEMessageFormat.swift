/// What messages are written as.
public struct WSEMessageFormat: Sendable, Hashable {
    enum Value: Sendable {
        case json, messagePack
    }

    let value: Value

    /// JSON, in text messages.
    public static let json = WSEMessageFormat(value: .json)
    /// MessagePack, in binary messages, both ways. Handshake, heartbeat, subscriptions and batches stay JSON, as servers
    /// demand; so does what is encrypted or signed.
    public static let messagePack = WSEMessageFormat(value: .messagePack)
}
