import Testing
import WSEWire

@Test func decodesOneEvent() throws {
    var decoder = MessageDecoder()
    var items: [WireItem] = []
    let text = #"{"c":"U","e":"0000007b","id":"0198","o":7,"p":{"px":1.5},"t":"trade","tp":"btc","v":1}"#
    decoder.decode(Array(text.utf8).span.bytes, as: .text, into: &items)
    guard case .event(let event) = items.first else { return #expect(Bool(false), "\(items)") }
    #expect(event.type == "trade")
    #expect(event.offset == 7)
    #expect(event.payload["px"] == 1.5)
}
