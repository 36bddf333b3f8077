// Compiled together with the sources of WSEWire by `Scripts/fuzz`, so it imports nothing.

/// Turns bits over instead of decrypting, so that the fuzzer reaches what lies behind `E:`.
private struct Inverting: FrameDecryptor {
    func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws {
        sealed.withUnsafeBytes { bytes in plaintext.append(contentsOf: bytes.map { ~$0 }) }
    }
}

/// Types that differ in what they make a decoder do.
private struct Wanted: Codable {
    struct Inner: Codable {
        var id: Int8?
        var tags: [String?]?
        var exact: ExactNumber?
    }

    var px: Double?
    var sym: String?
    var inner: [String: Inner]?
    var messages: [Inner]?
    var any: WSEValue?
}

/// Tries types on every element until one fits, and asks for the path each time, as types for values of any kind do.
private struct Tried: Decodable {
    init(from decoder: any Decoder) throws {
        _ = decoder.codingPath
        if let members = try? [String: Tried](from: decoder) {
            _ = members.count
        } else if var elements = try? decoder.unkeyedContainer() {
            while !elements.isAtEnd {
                if (try? elements.decode(Bool.self)) != nil { continue }
                if (try? elements.decode(UInt8.self)) != nil { continue }
                _ = try elements.decode(Tried.self)
            }
        } else {
            _ = try? decoder.singleValueContainer().decode(ExactNumber.self)
        }
    }
}

/// What must hold for any input; the sanitizer and Swift's own checks find the rest.
private func check(_ condition: Bool, _ what: StaticString) {
    if !condition { fatalError("\(what)") }
}

private struct Fuzzing: ~Copyable {
    private var decoder = MessageDecoder(
        limits: WireLimits(maximumMessageSize: 1 << 16, maximumDepth: 64, maximumBatchCount: 100),
        decryptor: Inverting())
    private var items: [WireItem] = []
    private var memory = DecodingMemory()

    mutating func run(_ input: RawSpan) {
        items.removeAll(keepingCapacity: true)
        decoder.decode(input, as: .binary, into: &items)
        for case .event(let event) in items { read(event) }
        checkBatch(input)
        recycle()
        decoder.decodeEncrypted(input, into: &items)
        for case .event(let event) in items { read(event) }
        recycle()
        if let value = try? WSEValue(json: input) { check(value) }
        if let value = try? WSEValue(messagePack: input) { check(value) }
        input.withUnsafeBytes { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let json = try? WSEValue.string(text).jsonText() {
                WSEWireFuzz.check((try? WSEValue(json: json)) == .string(text), "text does not survive")
            }
        }
    }

    /// The next events are made in the memory of these.
    private mutating func recycle() {
        var events = items.compactMap { item in if case .event(let event) = item { event } else { nil } }
        items.removeAll(keepingCapacity: true)
        decoder.recycle(&events)
    }

    /// Memory that is kept from one payload to the next changes nothing, whatever came before.
    private mutating func checkMemory(_ event: WSEEvent) {
        let fresh = try? event.decode(Wanted.self)
        let again = try? PayloadDecoder().decode(Wanted.self, from: event.payload, reusing: &memory)
        WSEWireFuzz.check((fresh == nil) == (again == nil), "kept memory changes what fits")
        let texts = [fresh, again].map { try? PayloadEncoder().json($0) }
        WSEWireFuzz.check(texts[0] == texts[1], "kept memory changes a value")
    }

    /// A batch as servers begin it is read in one pass, and with white space in its first bracket in several: to the same items.
    private mutating func checkBatch(_ input: RawSpan) {
        let text = input.withUnsafeBytes { Array($0) }
        guard text.starts(with: "{\"c\":\"WS".utf8) else { return }
        var general: [WireItem] = []
        (Array("{ ".utf8) + text[1...]).withUnsafeBytes {
            decoder.decode(RawSpan(_unsafeBytes: $0), as: .binary, into: &general)
        }
        WSEWireFuzz.check(items.count == general.count, "the ways to read a batch differ in how many")
        for pair in zip(items, general) {
            switch pair {
            case (.event(let one), .event(let other)):
                WSEWireFuzz.check(one.stamp == other.stamp && one.id == other.id, "in an event's fields")
                WSEWireFuzz.check(one.type == other.type, "in an event's type")
                WSEWireFuzz.check(one.payload.description == other.payload.description, "in a payload")
            case (.failure(let one), .failure(let other)):
                WSEWireFuzz.check(one.code == other.code, "in an error")
                WSEWireFuzz.check(
                    one.byteOffset.map { $0 == 0 ? 0 : $0 + 1 } == other.byteOffset, "in an error's place")
            default: WSEWireFuzz.check(false, "in what an item is")
            }
        }
    }

    private mutating func read(_ event: WSEEvent) {
        checkMemory(event)
        _ = (event.id, event.sequence, event.timestamp, event.version, event.category, event.priority)
        _ = (event.correlationID, event.signature, event.stamp, event.processingMilliseconds)
        let value = event.payload.value
        check(value)
        if case .object(let members) = value {
            for key in members.keys.prefix(4) {
                WSEWireFuzz.check(event.payload[key] != nil, "a member is not found")
            }
        }
        if case .array(let elements) = value {
            WSEWireFuzz.check(event.payload[elements.count] == nil, "an element too many")
        }
        if let wanted = try? event.decode(Wanted.self) {
            _ = try? PayloadEncoder().json(wanted)
            _ = try? PayloadEncoder().messagePack(wanted)
        }
        _ = try? event.decode([Wanted].self)
        if let numbers = try? event.decode([ExactNumber].self) {
            _ = try? PayloadEncoder().messagePack(numbers)
        }
        // The decoder's limit on nesting is what bounds this type's recursion.
        _ = try? event.decode(Tried.self)
        _ = try? event.decode([String: Int].self)
        var snake = PayloadDecoder()
        snake.keyDecodingStrategy = .convertFromSnakeCase
        _ = try? event.decode(Wanted.self, using: snake)
    }

    /// Whatever was read can be written and read again, to the same value.
    private func check(_ value: WSEValue) {
        guard let pack = try? value.messagePack() else { return }
        let again = try? WSEValue(messagePack: pack.span.bytes)
        WSEWireFuzz.check(again == value || Fuzzing.holdsNaN(value), "MessagePack does not survive")
        guard let json = try? value.jsonText() else { return }
        WSEWireFuzz.check((try? WSEValue(json: json)) != nil, "JSON does not survive")
        WSEWireFuzz.check((try? PayloadEncoder().json(value)) == Array(json.utf8), "encoders disagree")
    }

    private static func holdsNaN(_ value: WSEValue) -> Bool {
        switch value {
        case .double(let value): value.isNaN
        case .array(let elements): elements.contains(where: holdsNaN)
        case .object(let members): members.values.contains(where: holdsNaN)
        default: false
        }
    }
}

// The fuzzer calls from one thread only.
nonisolated(unsafe) private var fuzzing = Fuzzing()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    fuzzing.run(RawSpan(_unsafeBytes: input))
    return 0
}
