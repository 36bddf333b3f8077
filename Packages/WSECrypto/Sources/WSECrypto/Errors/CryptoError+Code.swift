extension CryptoError {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case libraryFailure
            case invalidBase64, invalidHexadecimal
            case invalidKeyLength
        }

        let value: Value

        init(_ value: Value) {
            self.value = value
        }

        /// libcrypto refused an operation that its arguments do not explain: out of memory, no entropy, an
        /// algorithm that this build of it lacks.
        public static let libraryFailure = Code(.libraryFailure)
        /// Text that is not Base64 in the one form that is accepted.
        public static let invalidBase64 = Code(.invalidBase64)
        /// Text that is not lower-case hexadecimal.
        public static let invalidHexadecimal = Code(.invalidHexadecimal)
        /// A key of a length that its algorithm does not take.
        public static let invalidKeyLength = Code(.invalidKeyLength)

        /// A stable name, fit for a metric label.
        public var description: String { value.rawValue }
    }
}
