import WSEWire

/// Frames in one piece of memory, ready to be written.
public struct PreparedFrames: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// Where each frame begins, and the end.
    public private(set) var starts: [Int] = [0]

    public var count: Int { starts.count - 1 }

    public init() {}

    /// - Parameter events: How many; rounded up to whole frames.
    public init(_ work: Work, events: Int) throws {
        switch work {
        case .stamped(let topics):
            var templates = (0..<topics).map {
                EventTemplate(stamp: Work.topic($0, of: topics), size: 230)
            }
            try addJSON(events) { number, bytes in
                templates[number % topics].append(
                    number, offset: Work.firstOffset + UInt64(number / topics), to: &bytes)
            }
        case .encrypted:
            // Sealed for each connection; this is what is sealed.
            self = try PreparedFrames(.stamped(topics: 1), events: events)
        case .unstamped:
            var template = EventTemplate(stamp: nil, size: 230)
            try addJSON(events) { number, bytes in template.append(number, offset: 0, to: &bytes) }
        case .zlib:
            try addCompressed(events)
        case .messagePack:
            try addMessagePack(events)
        case .batch:
            try addBatches(events)
        case .large:
            let book = try PayloadEncoder().json(Book(bytes: (64 << 10) - 180))
            var template = EventTemplate(
                stamp: Work.topic(0, of: 1), payload: String(decoding: book, as: UTF8.self))
            try addJSON(events) { number, bytes in
                template.append(number, offset: Work.firstOffset + UInt64(number), to: &bytes)
            }
        }
    }

    /// Appends a frame around a message.
    public mutating func add(_ message: [UInt8], opcode: UInt8) {
        bytes.append(0x80 | opcode)
        switch message.count {
        case ..<126:
            bytes.append(UInt8(message.count))
        case ..<65_536:
            bytes += [126, UInt8(message.count >> 8), UInt8(message.count & 0xFF)]
        default:
            bytes.append(127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: message.count >> (56 - 8 * $0)) }
        }
        bytes += message
        starts.append(bytes.count)
    }

    /// The message in a frame, without its header.
    public func message(_ index: Int) -> ArraySlice<UInt8> {
        let frame = bytes[starts[index]..<starts[index + 1]]
        return switch frame[frame.startIndex + 1] {
        case 127: frame.dropFirst(10)
        case 126: frame.dropFirst(4)
        default: frame.dropFirst(2)
        }
    }

    private mutating func addJSON(_ events: Int, _ append: (Int, inout [UInt8]) -> Void) throws {
        var message: [UInt8] = []
        for number in 0..<events {
            message.removeAll(keepingCapacity: true)
            append(number, &message)
            add(message, opcode: 1)
        }
    }

    private mutating func addCompressed(_ events: Int) throws {
        let book = try Book(bytes: 4096 - 180)
        var encoder = MessageEncoder(
            compressionThreshold: MessageEncoder.standardCompressionThreshold)
        var message: [UInt8] = []
        for number in 0..<events {
            message.removeAll(keepingCapacity: true)
            _ = try encoder.encode(Self.envelope(number), payload: book, into: &message)
            add(message, opcode: 2)
        }
    }

    private mutating func addMessagePack(_ events: Int) throws {
        for number in 0..<events {
            var message = Array("M:".utf8)
            let trade = Trade(
                px: 42123.25, qty: 0.5, side: "buy", sym: "BTC-USD", ts: Trade.firstTimestamp + Int64(number))
            try Self.envelope(number).encodeMessagePack(payload: trade, into: &message)
            add(message, opcode: 2)
        }
    }

    private mutating func addBatches(_ events: Int) throws {
        let size = Work.batch.eventsPerFrame
        var template = EventTemplate(stamp: Work.topic(0, of: 1), size: 230)
        for first in stride(from: 0, to: events, by: size) {
            var message = Array(#"{"c":"WSE","p":{"count":\#(size),"messages":["#.utf8)
            for number in first..<first + size {
                if number > first { message.append(UInt8(ascii: ",")) }
                template.append(number, offset: Work.firstOffset + UInt64(number), to: &message)
            }
            message += Array(#"]},"t":"batch","v":1}"#.utf8)
            add(message, opcode: 1)
        }
    }

    private static func envelope(_ number: Int) -> Envelope {
        Envelope(
            type: "trade", id: "019aaf3c-7d11-7a20-8c1f-\(100_000_000_000 + number)",
            unixMilliseconds: 1_763_865_540_123,
            stamp: RecoveryStamp(
                topic: InternedString(Work.topic(0, of: 1)), epoch: "0000007b",
                offset: Work.firstOffset + UInt64(number)))
    }
}
