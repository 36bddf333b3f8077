import Testing
import WSEWire

/// Real frames, whole and damaged: what comes out is an event or an error, never a trap.
@Suite struct CorpusTests {
    @Test func thereIsACorpus() {
        #expect(Corpus.frames.count == Corpus.lineCount)
        #expect(Corpus.lineCount > 250)
        #expect(Corpus.frames.filter(\.bytes.isEmpty).allSatisfy { $0.name.hasSuffix("topic_empty") })
    }

    @Test(arguments: Corpus.frames) func isRead(_ frame: Corpus.Frame) {
        let items = decode(frame.bytes, as: frame.kind == "text" ? .text : .binary)
        #expect(!items.isEmpty)
        if let code = Corpus.refused(frame) {
            #expect(items.errors.map(\.code) == [code], "\(frame.name): \(items)")
        } else {
            #expect(items.errors.isEmpty, "\(frame.name): \(items.errors)")
        }
        for event in items.events { exercise(event) }
    }

    @Test(arguments: Corpus.frames) func isAnErrorAtEveryShorterLength(_ frame: Corpus.Frame) {
        let bytes = frame.bytes
        let decoder = TestDecoder()
        for length in lengths(upTo: bytes.count) {
            decoder.items.removeAll(keepingCapacity: true)
            decoder.decode(Array(bytes[..<length]))
            let items = decoder.items
            #expect(!items.isEmpty, "\(frame.name) cut to \(length)")
            for event in items.events { exercise(event) }
            // Only what has no end of its own can be whole when cut short: a heartbeat's digits, a sealed message.
            // White space behind an envelope may be missing, too.
            if bytes.first == UInt8(ascii: "{"), bytes[length...].contains(where: { $0 > 0x20 }) {
                #expect(items.events.isEmpty, "\(frame.name) cut to \(length)")
            }
        }
    }

    @Test(arguments: Corpus.frames) func survivesEveryFlippedByte(_ frame: Corpus.Frame) {
        var bytes = frame.bytes
        let decoder = TestDecoder()
        for index in lengths(upTo: bytes.count) {
            let original = bytes[index]
            for mask in CorpusTests.masks(index) {
                bytes[index] = original ^ mask
                decoder.items.removeAll(keepingCapacity: true)
                decoder.decode(bytes)
                // A message that is empty is nothing; any other is an event or an error.
                if decoder.items.isEmpty {
                    Issue.record("\(frame.name): nothing came of byte \(index) ^ \(mask)")
                }
                for event in decoder.items.events { read(event) }
            }
            bytes[index] = original
        }
    }

    /// Which bits of the byte at an index are turned over: each alone and all together; in unoptimised code, which is
    /// thirty times slower, one of these.
    private static func masks(_ index: Int) -> [UInt8] {
        let bits = (0..<8).map { 1 << UInt8($0) as UInt8 }
        #if DEBUG
            return [(bits + [0xFF])[index % 9]]
        #else
            return bits + [0xFF]
        #endif
    }

    @Test func survivesWhatGaveTroubleOnce() {
        #expect(!Corpus.found.isEmpty)
        for input in Corpus.found {
            for limits in [
                WireLimits(), WireLimits(maximumMessageSize: 4_096, maximumDepth: 8, maximumBatchCount: 4),
            ] {
                for event in decode(input, limits: limits).events { exercise(event) }
            }
            _ = try? WSEValue(json: input.span.bytes)
            _ = try? WSEValue(messagePack: input.span.bytes)
        }
    }

    /// All of a short frame; of a long one its ends whole and the middle in steps.
    private func lengths(upTo count: Int) -> [Int] {
        guard count > 4_096 else { return Array(0..<count) }
        return Array(0..<1_024) + stride(from: 1_024, to: count - 1_024, by: 97)
            + Array(count - 1_024..<count)
    }
}

/// Reads all there is of an event, so that an index gone wrong shows, and writes it again.
func exercise(_ event: WSEEvent) {
    let value = read(event)
    let envelope = Envelope(type: event.type, payload: value)
    guard let again = try? envelope.messagePack() else {
        Issue.record("not encodable: \(event)")
        return
    }
    #expect(decode(again).events.first?.type == event.type)
}

/// - Returns: The payload.
@discardableResult
func read(_ event: WSEEvent) -> WSEValue {
    _ = (event.type, event.id, event.sequence, event.timestamp, event.version, event.category, event.priority)
    _ = (event.correlationID, event.signature, event.stamp, event.processingMilliseconds, event.description)
    let value = event.payload.value
    #expect((try? event.decode(WSEValue.self)) == value || value.description.contains("nan"))
    if case .object(let members) = value, let key = members.keys.first {
        #expect(event.payload[key] != nil)
        _ = event.payload.digits(.key(key))
    }
    _ = try? event.decode([String: Double?].self)
    return value
}
