import CYYJSON
import Foundation
import WSEWire

/// Prints one table that compares this package with the JSON coders of Foundation and, if it is there, with yyjson.
///
/// `YYJSON_LIBRARY` may name the yyjson library. With `--write-samples DIRECTORY` it measures nothing and writes the
/// MessagePack frames to files, for `Benchmarks/messagepack-python.py` to read.
@main
enum WSEWireBenchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "--write-samples" {
            return try writeSamples(to: URL(fileURLWithPath: arguments[2], isDirectory: true))
        }
        let hasYYJSON = wse_yyjson_load(ProcessInfo.processInfo.environment["YYJSON_LIBRARY"])
        var table = Table()
        try measure(try Samples.tick(), hasYYJSON, &table)
        try measure(try Samples.trade(), hasYYJSON, &table)
        try measure(try Samples.book("1 KB", levels: 24), hasYYJSON, &table)
        try measure(try Samples.book("64 KB", levels: 1_720), hasYYJSON, &table)
        table.print()
    }

    private static func writeSamples(to directory: URL) throws {
        let frames = [
            ("1-tick-100B", try Samples.tick().messagePack),
            ("2-trade-230B", try Samples.trade().messagePack),
            ("3-book-1KB", try Samples.book("1 KB", levels: 24).messagePack),
            ("4-book-64KB", try Samples.book("64 KB", levels: 1_720).messagePack),
        ]
        for (name, frame) in frames {
            try Data(frame).write(to: directory.appendingPathComponent(name + ".msgpack"))
        }
    }

    private static func measure<Payload>(
        _ sample: Sample<Payload>, _ hasYYJSON: Bool, _ table: inout Table
    ) throws {
        let size = "\(sample.name) (\(sample.json.count))"
        let json = sample.json
        let data = Data(json)

        let decoder = Decoding()
        let envelope = Measurement { decoder.decode(json) }
        let foundationDecoder = JSONDecoder()
        let foundation = try Measurement {
            consume(try foundationDecoder.decode(PlainEvent<Payload>.self, from: data))
        }
        table.add("decode envelope", size, envelope, "JSONDecoder", foundation)
        if hasYYJSON {
            let yyjson = Measurement {
                json.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress { consume(wse_yyjson_parse(base, bytes.count)) }
                }
            }
            table.add("decode envelope", size, envelope, "yyjson", yyjson)
        }

        guard let event = decoder.event(json) else { return }
        let payloadData = Data(event.payload.withBytes { $0.withUnsafeBytes { Array($0) } })
        let typed = try Measurement { consume(try event.decode(Payload.self)) }
        let foundationTyped = try Measurement {
            consume(try foundationDecoder.decode(Payload.self, from: payloadData))
        }
        table.add("event.decode(_:)", size, typed, "JSONDecoder", foundationTyped)
        let value = Measurement { consume(event.payload.value) }
        table.add("payload.value", size, value)

        var bytes: [UInt8] = []
        let encode = try Measurement {
            bytes.removeAll(keepingCapacity: true)
            try sample.envelope.encodeJSON(payload: sample.payload, into: &bytes)
        }
        let foundationEncoder = JSONEncoder()
        let plain = try foundationDecoder.decode(PlainEvent<Payload>.self, from: data)
        let foundationEncode = try Measurement { consume(try foundationEncoder.encode(plain)) }
        table.add("encode", size, encode, "JSONEncoder", foundationEncode)

        let pack = sample.messagePack
        let packSize = "\(sample.name) (\(pack.count))"
        let packEnvelope = Measurement { decoder.decode(pack) }
        table.add("MessagePack decode envelope", packSize, packEnvelope)
        guard let packEvent = decoder.event(pack) else { return }
        let packTyped = try Measurement { consume(try packEvent.decode(Payload.self)) }
        table.add("MessagePack event.decode(_:)", packSize, packTyped)
        let packValue = Measurement { consume(packEvent.payload.value) }
        table.add("MessagePack payload.value", packSize, packValue)
        let packEncode = try Measurement {
            bytes.removeAll(keepingCapacity: true)
            try sample.envelope.encodeMessagePack(payload: sample.payload, into: &bytes)
        }
        table.add("MessagePack encode", packSize, packEncode)
    }
}

/// A decoder with the list that it fills.
private final class Decoding {
    private var decoder = MessageDecoder()
    private var items: [WireItem] = []

    func decode(_ bytes: [UInt8]) {
        items.removeAll(keepingCapacity: true)
        decoder.decode(bytes.span.bytes, as: .binary, into: &items)
    }

    func event(_ bytes: [UInt8]) -> WSEEvent? {
        decode(bytes)
        guard case .event(let event)? = items.first else { return nil }
        return event
    }
}
