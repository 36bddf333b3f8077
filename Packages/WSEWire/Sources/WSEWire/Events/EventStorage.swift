/// One event in one allocation: where its fields are, and right behind that the bytes that hold them.
///
/// The bytes are a private copy, so an event that is kept does not keep a whole network buffer alive. They are
/// followed by ``JSONScanner/padding`` zero bytes.
///
/// `ManagedBuffer` cannot be `Sendable`, but sharing this subclass between threads is safe: header and bytes are
/// written inside ``make(copying:into:fill:)``, before anybody else holds the object, or when nobody else does any more,
/// and only read in between. Whoever stores one in a `Sendable` type relies on this.
final class EventStorage: ManagedBuffer<EventHeader, UInt8> {
    /// Room comes in steps of so many bytes, as it does from the allocator.
    static let roomStep = 16

    /// How many steps of room an event of that many bytes has.
    @inline(__always)
    static func steps(forByteCount count: Int) -> Int {
        (count &+ JSONScanner.padding &+ (roomStep &- 1)) / roomStep
    }

    /// Copies `bytes` and lets `fill` find the fields in the copy.
    ///
    /// - Parameter spare: What is used for it, with as much room as these bytes would be given and nobody else's; its
    ///   header is that of the event it was.
    @inline(__always)
    static func make<Failure: Error>(
        copying bytes: UnsafeRawBufferPointer, into spare: consuming EventStorage?,
        fill: (inout EventHeader, UnsafePointer<UInt8>, Int) throws(Failure) -> Void
    ) throws(Failure) -> EventStorage {
        let storage = spare ?? withRoom(for: bytes.count)
        try storage.withUnsafeMutablePointers { (header, elements) throws(Failure) in
            if let source = bytes.baseAddress {
                UnsafeMutableRawPointer(elements).copyMemory(from: source, byteCount: bytes.count)
            }
            UnsafeMutableRawPointer(elements + bytes.count).storeBytes(of: 0, as: UInt64.self)
            try fill(&header.pointee, UnsafePointer(elements), bytes.count)
        }
        return storage
    }

    @inline(__always)
    private static func withRoom(for count: Int) -> EventStorage {
        let capacity = steps(forByteCount: count) &* roomStep
        return unsafeDowncast(
            EventStorage.create(minimumCapacity: capacity) { _ in EventHeader() }, to: EventStorage.self)
    }

    /// Lets go of type, topic and epoch, of an event that nobody holds any more.
    func forgetStrings() {
        withUnsafeMutablePointerToHeader { $0.pointee.sharedOrNil = nil }
    }

    /// Where the fields are.
    @inline(__always)
    var fields: EventHeader { withUnsafeMutablePointerToHeader { $0.pointee } }

    /// Runs `body` on the bytes; the padding lies behind them.
    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafePointer<UInt8>, Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeMutablePointers { (header, elements) throws(Failure) in
            try body(UnsafePointer(elements), Int(header.pointee.count))
        }
    }
}

/// Where the fields of an event are. An index of 0 means absent, as no field starts at byte 0.
struct EventHeader {
    enum Encoding: UInt8 {
        case json, messagePack
    }

    enum Category: UInt8 {
        case none, system, snapshot, update, other
    }

    /// Stands for a number that does not fit its byte and must be read again from the bytes.
    static let wide: UInt8 = 255

    /// Type, topic and epoch; `nil` only until the fields are found, and in memory that waits to be filled again.
    var sharedOrNil: SharedStrings?
    var offset: UInt64 = 0
    var count: UInt32 = 0
    var payloadStart: UInt32 = 0
    var payloadEnd: UInt32 = 0
    var idStart: UInt32 = 0
    var timestampStart: UInt32 = 0
    var correlationStart: UInt32 = 0
    var signatureStart: UInt32 = 0
    var sequenceStart: UInt32 = 0
    var encoding = Encoding.json
    var category = Category.none
    var hasOffset = false
    /// The version, 0 if absent, or ``wide``.
    var version: UInt8 = 0
    /// The priority, 0 if absent, or ``wide``.
    var priority: UInt8 = 0
    /// Whether the type is that of a message around other messages.
    var wrapper = MessageWrapper.none

    /// Sets where the fields are that are read on demand, in an event of `count` bytes.
    @inline(__always)
    mutating func locate(_ fields: EnvelopeFields, count: Int) {
        self.count = UInt32(truncatingIfNeeded: count)
        payloadStart = fields.payload
        payloadEnd = fields.payloadEnd
        idStart = fields.id
        timestampStart = fields.timestamp
        correlationStart = fields.correlation
        signatureStart = fields.signature
        sequenceStart = fields.sequence
    }

    /// Type, topic and epoch.
    @inline(__always)
    var shared: SharedStrings {
        // Whoever made the storage filled it in, or threw it away.
        sharedOrNil.unsafelyUnwrapped
    }
}
