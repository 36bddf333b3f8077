import Testing
import WSEWire

@Suite struct CompressionTests {
    static let text = Array(#"U{"t":"x","p":"\#(String(repeating: "abc", count: 1000))"}"#.utf8)
    static let prefix = Array("C:".utf8)

    @Test func zlibIsInflatedWithAndWithoutPrefix() throws {
        for frame in [
            CompressionTests.prefix + deflated(CompressionTests.text), deflated(CompressionTests.text),
            CompressionTests.prefix + deflated(CompressionTests.text, windowBits: -15),
            deflated(CompressionTests.text, level: 1), deflated(CompressionTests.text, level: 9),
            CompressionTests.prefix + deflated(CompressionTests.text, windowBits: 9),
        ] {
            let event = try #require(decode(frame).events.first)
            #expect(event.category == .update)
            #expect(event.payload.value.stringValue?.utf8.count == 3_000)
            #expect(event.byteCount == CompressionTests.text.count - 1)
        }
    }

    @Test func oneDecoderInflatesManyFrames() throws {
        let decoder = TestDecoder()
        for size in [10, 100_000, 0, 600_000, 20, 1_000] {
            let text = Array("{\"t\":\"x\",\"p\":\"\(String(repeating: "y", count: size))\"}".utf8)
            for raw in [15, -15] as [Int32] {
                let frame = CompressionTests.prefix + deflated(text, windowBits: raw)
                decoder.decode(frame)
                // A damaged frame in between leaves nothing behind.
                decoder.decode(Array(frame.dropLast(3)))
            }
        }
        #expect(
            decoder.items.events.map { $0.payload.value.stringValue?.utf8.count } == [
                10, 10, 100_000, 100_000, 0, 0, 600_000, 600_000, 20, 20, 1_000, 1_000,
            ])
        #expect(decoder.items.errors.count == 12)
    }

    @Test func theLimitIsExact() throws {
        let size = CompressionTests.text.count
        let frame = CompressionTests.prefix + deflated(CompressionTests.text)
        #expect(decode(frame, limits: WireLimits(maximumMessageSize: size)).events.count == 1)
        let refused = decode(frame, limits: WireLimits(maximumMessageSize: size - 1))
        #expect(refused.errors.map(\.code) == [.messageTooLarge])
    }

    @Test func damageIsAnError() throws {
        let frame = CompressionTests.prefix + deflated(CompressionTests.text)
        var flipped = frame
        flipped[flipped.count - 1] ^= 1
        #expect(decode(flipped).errors.map(\.code) == [.invalidCompression])
        #expect(decode(frame + [0]).errors.map(\.code) == [.invalidCompression])
        #expect(decode(CompressionTests.prefix).errors.map(\.code) == [.invalidCompression])
        for length in 2..<frame.count {
            #expect(decode(Array(frame[..<length])).errors.map(\.code) == [.invalidCompression])
        }
    }

    @Test func compressedInsideCompressedIsRefused() throws {
        let inner = CompressionTests.prefix + deflated(CompressionTests.text)
        #expect(decode(CompressionTests.prefix + deflated(inner)).errors.map(\.code) == [.nestingTooDeep])
        #expect(decode(deflated(deflated(CompressionTests.text))).errors.map(\.code) == [.nestingTooDeep])
    }

    @Test func batchesInsideAreUnpacked() throws {
        let batch = Array(#"{"t":"batch","p":{"messages":[{"t":"a"},{"t":"b"}]}}"#.utf8)
        #expect(decode(CompressionTests.prefix + deflated(batch)).events.map(\.type) == ["a", "b"])
    }
}
