/// Why bytes could not be read as a WSE message, or a message not written as bytes.
///
/// The description names what is wrong and at which byte; it never contains the bytes themselves, as payloads
/// may be confidential.
public struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case invalidJSON, invalidUTF8, invalidMessagePack, invalidEnvelope, invalidCompression
            case messageTooLarge, nestingTooDeep, batchTooLong
            case undecryptable, unrepresentable, typeMismatch, unknownFormat
        }

        let value: Value

        init(_ value: Value) {
            self.value = value
        }

        /// Not JSON as RFC 8259 defines it.
        public static let invalidJSON = Code(.invalidJSON)
        /// Text that is not UTF-8, or an escaped lone surrogate.
        public static let invalidUTF8 = Code(.invalidUTF8)
        /// Not MessagePack, or cut short.
        public static let invalidMessagePack = Code(.invalidMessagePack)
        /// Well-formed, but not an envelope: no type, or a field of the wrong type.
        public static let invalidEnvelope = Code(.invalidEnvelope)
        /// A compressed frame that does not inflate.
        public static let invalidCompression = Code(.invalidCompression)
        /// Larger than ``WireLimits`` allow, before or after inflating.
        public static let messageTooLarge = Code(.messageTooLarge)
        /// Nested deeper than ``WireLimits/maximumDepth``.
        public static let nestingTooDeep = Code(.nestingTooDeep)
        /// A batch of more messages than ``WireLimits/maximumBatchCount``.
        public static let batchTooLong = Code(.batchTooLong)
        /// An encrypted frame that could not be opened.
        public static let undecryptable = Code(.undecryptable)
        /// A value that the format cannot carry, such as a NaN in JSON.
        public static let unrepresentable = Code(.unrepresentable)
        /// A value of another type than the one asked for.
        public static let typeMismatch = Code(.typeMismatch)
        /// A frame that is none of the forms of the protocol.
        public static let unknownFormat = Code(.unknownFormat)

        /// A stable name, fit for a metric label.
        public var description: String { value.rawValue }
    }

    public let code: Code
    /// What is wrong, for people.
    public let message: String
    /// Index of the offending byte in the text or map that was being read, counted from its start: after a
    /// dialect prefix, inflated and decrypted. `nil` where no single byte is to blame.
    public let byteOffset: Int?

    public init(_ code: Code, _ message: String, byteOffset: Int? = nil) {
        self.code = code
        self.message = message
        self.byteOffset = byteOffset
    }

    /// The same error of bytes that lie `distance` further inside of others.
    func moved(by distance: Int) -> WireError {
        WireError(code, message, byteOffset: byteOffset.map { $0 + distance })
    }

    public var description: String {
        guard let byteOffset else { return "\(code): \(message)" }
        return "\(code): \(message) at byte \(byteOffset)"
    }
}
