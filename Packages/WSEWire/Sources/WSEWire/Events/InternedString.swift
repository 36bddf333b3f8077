/// A string that a decoder hands out once per distinct value: event types, topics and epochs repeat.
///
/// Copies share one object and the hash is computed once, so it makes a cheap dictionary key.
public struct InternedString: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// `@unchecked Sendable`: nothing changes after `init`, and the bytes live as long as the object.
    final class Storage: @unchecked Sendable {
        let string: String
        /// The string's UTF-8, at an address that stays.
        let utf8: UnsafeRawBufferPointer
        let hash: UInt64
        /// Where this name stands in ``MessageType/registered``, should it be a message type.
        let messageTypeIndex: UInt8
        let wrapper: MessageWrapper

        /// - Parameter utf8: Valid UTF-8.
        init(copying utf8: UnsafeRawBufferPointer, hash: UInt64) {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: utf8.count, alignment: 1)
            copy.copyMemory(from: utf8)
            self.utf8 = UnsafeRawBufferPointer(copy)
            self.hash = hash
            string = String(decoding: utf8, as: UTF8.self)
            messageTypeIndex = MessageType.index(of: string)
            wrapper = MessageWrapper(type: string)
        }

        deinit {
            utf8.deallocate()
        }
    }

    let storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }

    /// Wraps a string without entering it into any decoder's table; equal to an interned one of the same text.
    public init(_ string: String) {
        var string = string
        let storage = string.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            return Storage(copying: bytes, hash: ByteHash.hash(bytes))
        }
        self.init(storage: storage)
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text itself.
    public var string: String { storage.string }

    public var description: String { storage.string }

    /// A hash of the text that costs nothing to ask for, for tables of one's own. Its key is another in each process, so
    /// nobody can prepare collisions.
    public var keyedHash: UInt64 { storage.hash }

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
