import Testing
import WSEWire
import WSEWireFoundation

/// The examples of the README, so that they compile and do what they say.
@Suite struct ReadmeTests {
    struct Trade: Decodable {
        var px: Double
        var sym: String
    }

    struct Order: Encodable {
        var symbol: String
        var quantity: Int
    }

    @Test func reading() throws {
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        var seen: [String] = []
        let message = Array(
            #"{"t":"trade","tp":"btc","e":"0000007b","o":7,"p":{"px":1.50,"sym":"BTC"}}"#.utf8)
        decoder.decode(message.span.bytes, as: .text, into: &items)
        for item in items {
            switch item {
            case .event(let event):
                seen.append("\(event.type) \(event.topic ?? "-") \(event.offset ?? 0)")
                seen.append("\(event.payload["px"]?.doubleValue ?? 0) \(event.payload.digits("px") ?? "")")
                let trade = try event.decode(Trade.self)
                seen.append(trade.sym)
                var decoder = PayloadDecoder.foundation
                decoder.dateDecodingStrategy = .iso8601
                seen.append(try event.decode(Trade.self, using: decoder).sym)
            case .legacyPing, .legacyPong, .encrypted, .failure: break
            }
        }
        #expect(seen == ["trade btc 7", "1.5 1.50", "BTC", "BTC"])
    }

    @Test func writing() throws {
        var encoder = MessageEncoder()
        var bytes: [UInt8] = []
        let envelope = Envelope(type: "order", priority: .high)
        let kind = try encoder.encode(envelope, payload: Order(symbol: "BTC", quantity: 3), into: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(kind == .text)
        #expect(text == #"{"c":"U","t":"order","v":1,"pri":8,"p":{"symbol":"BTC","quantity":3}}"#)
        let untyped = Envelope(type: "order", payload: ["symbol": "BTC", "quantity": 3])
        #expect(try untyped.json().isEmpty == false)
    }
}
