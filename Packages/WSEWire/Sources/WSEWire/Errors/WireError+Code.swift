extension WireError {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case invalidJSON, invalidUTF8, invalidMessagePack, invalidEnvelope, invalidCompression
            case messageTooLarge, nestingTooDeep, batchTooLong
            case undecryptable, unrepresentable
            case typeMismatch, missingKey, missingValue, invalidValue
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
        /// Nested deeper than ``WireLimits/maximumDepth``, or in writing than 1,024 levels, or wrapped more often than
        /// the protocol allows.
        public static let nestingTooDeep = Code(.nestingTooDeep)
        /// A batch of more messages than ``WireLimits/maximumBatchCount``.
        public static let batchTooLong = Code(.batchTooLong)
        /// An encrypted frame that could not be opened.
        public static let undecryptable = Code(.undecryptable)
        /// A value that the format cannot carry, such as a NaN in JSON.
        public static let unrepresentable = Code(.unrepresentable)
        /// A value of another type than the one asked for.
        public static let typeMismatch = Code(.typeMismatch)
        /// An object without a member that the type demands.
        public static let missingKey = Code(.missingKey)
        /// A `null`, or nothing more, where the type demands a value.
        public static let missingValue = Code(.missingValue)
        /// A value of the right type that the type asked for does not accept.
        public static let invalidValue = Code(.invalidValue)

        /// A stable name, fit for a metric label.
        public var description: String { value.rawValue }
    }
}
