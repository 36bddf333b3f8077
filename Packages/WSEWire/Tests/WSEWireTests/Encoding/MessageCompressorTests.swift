import Testing
import WSEWire

@Suite struct MessageCompressorTests {
    private func decoded(_ message: [UInt8]) -> [WireItem] {
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        decoder.decode(message.span.bytes, as: .binary, into: &items)
        return items
    }

    @Test func `one message after another comes back as it was`() throws {
        var compressor = MessageCompressor()
        for (number, count) in [200, 5_000, 1_100, 300_000].enumerated() {
            let text = String(repeating: "all work and no play \(number) ", count: count / 24 + 4)
            let message = try Envelope(type: "note", payload: ["text": .string(text)]).json()
            let maybeSmaller = try compressor.compress(message)
            let smaller = try #require(maybeSmaller)
            #expect(smaller.starts(with: "C:".utf8))
            #expect(smaller.count < message.count)
            let items = decoded(smaller)
            guard case .event(let event)? = items.first, items.count == 1 else {
                Issue.record("\(items)")
                continue
            }
            #expect(event.type == "note")
            #expect(event.payload["text"] == .string(text))
        }
    }

    @Test func `what gets no smaller is not compressed`() throws {
        var compressor = MessageCompressor()
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<2_000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let compressed = try compressor.compress(noise)
        #expect(compressed == nil)
        let short = try compressor.compress([])
        #expect(short == nil)
        // What came before it leaves no trace.
        let maybeAgain = try compressor.compress([UInt8](repeating: 7, count: 2_000))
        let again = try #require(maybeAgain)
        #expect(again.count < 100)
    }
}
