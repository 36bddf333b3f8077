/// A message type of the protocol: who deals with it, its category, and what answers it.
///
/// Types that are not listed belong to the application. Looking a type up costs one load, as the answer is kept
/// with the ``InternedString``.
public struct MessageType: Sendable, Hashable {
    /// Who sees a message of a type when it arrives at a client.
    public enum Handling: Sendable, Hashable {
        /// The application only.
        case forwarded
        /// The client only.
        case handled
        /// The client first and then the application.
        case handledAndForwarded
    }

    /// The envelope's `t`.
    public let name: String
    /// Who acts on it: client, application or both.
    public let handling: Handling
    /// The category that messages of this type are sent with.
    public let category: MessageCategory
    /// The type of the answer that the sender waits for.
    public let answer: String?
    /// Whether the protocol knows this very name. It is `false` for an application's own types, those among them that end
    /// in `_response` and are handled as the protocol's are.
    public let isNamed: Bool

    init(
        _ name: String, _ handling: Handling, _ category: MessageCategory, answer: String? = nil,
        isNamed: Bool = true
    ) {
        self.isNamed = isNamed
        self.name = name
        self.handling = handling
        self.category = category
        self.answer = answer
    }

    /// What the protocol says about a type; for one it does not know, what holds for the application's own.
    public init(_ type: InternedString) {
        self = type.messageType ?? MessageType(type.string, .forwarded, .update, isNamed: false)
    }

    /// What the protocol says about the type of this name.
    public init(named name: String) {
        self.init(InternedString(name))
    }
}

extension InternedString {
    /// What the protocol says about the message type of this name; `nil` for the application's own types.
    public var messageType: MessageType? {
        let index = Int(storage.messageTypeIndex)
        guard index < MessageType.registered.count else { return nil }
        let type = MessageType.registered[index]
        // The last one stands for a family, whose members have names of their own.
        guard index == MessageType.registered.count - 1 else { return type }
        return MessageType(string, type.handling, type.category, isNamed: false)
    }

    /// Who sees messages of this type.
    public var handling: MessageType.Handling { messageType?.handling ?? .forwarded }
}
