import BenchmarkWork
import Foundation
import WSEWire

/// The codec alone, beside Foundation's coders: the event of 230 bytes.
enum Wire {
    static func measure() throws -> Report {
        let message = Array(try PreparedFrames(.stamped(topics: 1), events: 1).message(0))
        let data = Data(message)
        let codec = Codec()
        guard let event = codec.decode(message) else { throw Broken("not decoded") }
        let trade = try event.decode(Trade.self)
        try check(event.offset == Work.firstOffset && trade.ts == Trade.firstTimestamp, "decoded wrongly")
        let decoder = JSONDecoder()
        let plain = try decoder.decode(PlainEvent.self, from: data)
        let payload = Data(event.payload.withBytes { $0.withUnsafeBytes { Array($0) } })
        let encoder = JSONEncoder()
        let envelope = Envelope(
            type: "trade", id: plain.id, unixMilliseconds: 1_763_865_540_123,
            stamp: RecoveryStamp(topic: "market.btc-usd", epoch: "0000007b", offset: Work.firstOffset))
        var output: [UInt8] = []
        try envelope.encodeJSON(payload: trade, into: &output)
        try check(abs(output.count - message.count) <= 16, "encoded \(output.count) bytes")

        var report = Report()
        report.add("decode", secondsPerCall { codec.consumeDecoded(message) })
        report.add(
            "foundation_decode",
            try secondsPerCall { consume(try decoder.decode(PlainEvent.self, from: data)) })
        report.add("typed", try secondsPerCall { consume(try event.decode(Trade.self)) })
        report.add(
            "foundation_typed", try secondsPerCall { consume(try decoder.decode(Trade.self, from: payload)) })
        report.add(
            "encode",
            try secondsPerCall {
                output.removeAll(keepingCapacity: true)
                try envelope.encodeJSON(payload: trade, into: &output)
            })
        report.add("foundation_encode", try secondsPerCall { consume(try encoder.encode(plain)) })
        return report
    }

    /// A decoder with the list that it fills.
    private final class Codec {
        private var decoder = MessageDecoder()
        private var items: [WireItem] = []

        func consumeDecoded(_ bytes: [UInt8]) {
            items.removeAll(keepingCapacity: true)
            bytes.withUnsafeBytes { decoder.decode(RawSpan(_unsafeBytes: $0), as: .text, into: &items) }
        }

        func decode(_ bytes: [UInt8]) -> WSEEvent? {
            consumeDecoded(bytes)
            guard case .event(let event)? = items.first else { return nil }
            return event
        }
    }
}
