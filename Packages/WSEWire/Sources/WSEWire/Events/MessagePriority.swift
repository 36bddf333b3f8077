/// How urgent a message is; higher goes first. The protocol names five levels and allows any integer.
public struct MessagePriority: RawRepresentable, Sendable, Hashable, Comparable, Codable,
    CustomStringConvertible
{
    public var rawValue: Int

    /// Any integer; see the constants for the five levels that the protocol names.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// 10
    public static let critical = MessagePriority(rawValue: 10)
    /// 8
    public static let high = MessagePriority(rawValue: 8)
    /// 5
    public static let normal = MessagePriority(rawValue: 5)
    /// 3
    public static let low = MessagePriority(rawValue: 3)
    /// 1
    public static let background = MessagePriority(rawValue: 1)

    public static func < (left: MessagePriority, right: MessagePriority) -> Bool {
        left.rawValue < right.rawValue
    }

    public var description: String {
        switch self {
        case .critical: "critical"
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        case .background: "background"
        default: "\(rawValue)"
        }
    }
}
