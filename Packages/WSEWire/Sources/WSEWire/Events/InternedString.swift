/// A string that a decoder hands out once per distinct value: event types, topics and epochs repeat.
///
/// Copies share one object and the hash is computed once, so it makes a cheap dictionary key.
public struct InternedString: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    final class Storage: Sendable {
        let string: String
        let utf8: ContiguousArray<UInt8>
        let hash: UInt64
        /// Where this name stands in ``MessageType/registered``, should it be a message type.
        let messageTypeIndex: UInt8
        let wrapper: MessageWrapper

        init(string: String, utf8: ContiguousArray<UInt8>, hash: UInt64) {
            self.string = string
            self.utf8 = utf8
            self.hash = hash
            self.messageTypeIndex = MessageType.index(of: string)
            self.wrapper = MessageWrapper(type: string)
        }
    }

    let storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }

    /// Wraps a string without entering it into any decoder's table; equal to an interned one of the same text.
    public init(_ string: String) {
        let utf8 = ContiguousArray(string.utf8)
        self.init(storage: Storage(string: string, utf8: utf8, hash: utf8.withUnsafeBytes(ByteHash.hash)))
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text itself.
    public var string: String { storage.string }

    public var description: String { storage.string }

    @inlinable
    public static func == (left: InternedString, right: InternedString) -> Bool {
        left.isIdentical(to: right) || left.hasEqualText(to: right)
    }

    @usableFromInline
    func isIdentical(to other: InternedString) -> Bool {
        storage === other.storage
    }

    @usableFromInline
    func hasEqualText(to other: InternedString) -> Bool {
        storage.hash == other.storage.hash && storage.string == other.storage.string
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.hash)
    }
}
