/// A 128-bit stand-in for a message id: cheap to keep by the ten thousand and to compare.
///
/// A UUID text stands for its own 128 bits. Any other string is hashed with a secret ``Key`` to 128 bits, so two
/// different ids are taken for one with a probability below 2⁻¹⁰⁰ even in a full window, and no peer can prepare
/// such a pair.
///
/// ```swift
/// let key = EventID.Key()
/// let id = EventID("0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f", key: key)
/// let same = EventID("0192F0C1-7D5E-7C3A-9A51-6F0D4B1C2E3F", key: key)  // a UUID has no case
/// let other = EventID("order-17", key: key)
/// print(id == same, id == other)  // true false
/// ```
public struct EventID: Sendable, Hashable {
    /// The first 64 bits of the UUID, or half of the hash.
    public var high: UInt64
    /// The last 64 bits of the UUID, or the other half of the hash.
    public var low: UInt64

    /// The id of these 128 bits.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Stands for the message id with these UTF-8 bytes.
    ///
    /// - Parameters:
    ///   - utf8: The text of the id; any length, any bytes.
    ///   - key: The same for all ids that are to be compared.
    public init(utf8: borrowing RawSpan, key: Key) {
        if let uuid = EventID(uuid: utf8) {
            self = uuid
        } else {
            self = SipHash128.hash(utf8, key: key)
        }
    }

    /// Stands for the message id `text`.
    public init(_ text: String, key: Key) {
        var text = text
        self = text.withUTF8 { EventID(utf8: $0.span.bytes, key: key) }
    }

    /// The secret of the hash of ids that are no UUID.
    ///
    /// Draw one per program or per connection and keep it out of logs. Ids of different keys do not compare.
    public struct Key: Sendable {
        let first: UInt64
        let second: UInt64

        /// A key out of the system's random numbers.
        public init() {
            var generator = SystemRandomNumberGenerator()
            self.init(using: &generator)
        }

        /// A key out of `generator`; a secret one asks for a secret generator.
        public init(using generator: inout some RandomNumberGenerator) {
            self.init(first: generator.next(), second: generator.next())
        }

        init(first: UInt64, second: UInt64) {
            self.first = first
            self.second = second
        }
    }
}
