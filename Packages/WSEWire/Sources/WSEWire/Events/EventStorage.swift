/// One event in one allocation: where its fields are, and right behind that the bytes that hold them.
///
/// The bytes are a private copy, so an event that is kept does not keep a whole network buffer alive. They are
/// followed by ``JSONScanner/padding`` zero bytes.
///
/// `ManagedBuffer` cannot be `Sendable`, but sharing this subclass between threads is safe: header and bytes are
/// written inside ``make(copying:header:)``, before anybody else holds the object, and only read afterwards.
/// Whoever stores one in a `Sendable` type relies on this.
final class EventStorage: ManagedBuffer<EventHeader, UInt8> {
    /// Copies `bytes` and lets `header` find the fields in the copy.
    @inline(__always)
    static func make<Failure: Error>(
        copying bytes: UnsafeRawBufferPointer,
        header: (UnsafePointer<UInt8>, Int) throws(Failure) -> EventHeader
    ) throws(Failure) -> EventStorage {
        var failure: Failure?
        // The header is made in here, as the buffer must not exist without one. So the closure cannot throw.
        let buffer = EventStorage.create(minimumCapacity: bytes.count &+ JSONScanner.padding) { buffer in
            buffer.withUnsafeMutablePointerToElements { elements in
                if let source = bytes.baseAddress {
                    UnsafeMutableRawPointer(elements).copyMemory(from: source, byteCount: bytes.count)
                }
                UnsafeMutableRawPointer(elements + bytes.count).storeBytes(of: 0, as: UInt64.self)
                do throws(Failure) {
                    return try header(UnsafePointer(elements), bytes.count)
                } catch {
                    failure = error
                    return EventHeader.empty
                }
            }
        }
        if let failure { throw failure }
        return unsafeDowncast(buffer, to: EventStorage.self)
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

    /// Type, topic and epoch.
    var shared: SharedStrings
    var offset: UInt64
    var count: UInt32
    var payloadStart: UInt32
    var payloadEnd: UInt32
    var idStart: UInt32
    var timestampStart: UInt32
    var correlationStart: UInt32
    var signatureStart: UInt32
    var sequenceStart: UInt32
    var encoding: Encoding
    var category: Category
    var hasOffset: Bool
    /// The version, 0 if absent, or ``wide``.
    var version: UInt8
    /// The priority, 0 if absent, or ``wide``.
    var priority: UInt8
    /// Whether the type is that of a message around other messages.
    var wrapper: MessageWrapper

    static var empty: EventHeader {
        EventHeader(
            shared: .none, offset: 0, count: 0, payloadStart: 0, payloadEnd: 0, idStart: 0, timestampStart: 0,
            correlationStart: 0, signatureStart: 0, sequenceStart: 0, encoding: .json, category: .none,
            hasOffset: false, version: 0, priority: 0, wrapper: .none)
    }
}
