import Testing

@testable import WebSocketFraming

@Suite("Frame encoder")
struct FrameEncoderTests {
    private func encode(_ opcode: Opcode, _ payload: [UInt8], maskKey: UInt32) -> [UInt8] {
        let count = FrameEncoder.byteCount(payload: payload.count)
        return [UInt8](capacity: count) { output in
            FrameEncoder.append(opcode, payload.span.bytes, maskKey: maskKey, to: &output)
        }
    }

    @Test("The example of RFC 6455 section 5.7 comes out")
    func example() {
        let key = UInt32(littleEndian: 0x3d21_fa37)
        let frame = encode(.text, Array("Hello".utf8), maskKey: key)
        #expect(frame == [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    }

    @Test(
        "Header, length and mask are right at every size",
        arguments: Array(0...40) + [125, 126, 127, 1000, 65_535, 65_536, 65_537])
    func sizes(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let frame = encode(.binary, payload, maskKey: 0xA1B2_C3D4)
        #expect(frame.count == FrameEncoder.byteCount(payload: count))
        #expect(frame[0] == 0x82)
        #expect(frame[1] & 0x80 == 0x80)
        let headerCount = count <= 125 ? 2 : count <= 0xFFFF ? 4 : 10
        let length =
            count <= 125
            ? Int(frame[1] & 0x7F) : frame[2..<headerCount].reduce(0) { $0 << 8 | Int($1) }
        #expect(length == count)
        let key = Array(frame[headerCount..<(headerCount + 4)])
        let unmasked = frame[(headerCount + 4)...].enumerated().map { $1 ^ key[$0 % 4] }
        #expect(unmasked == payload)
    }

    @Test("A close reason is cut at a character, never past 123 bytes")
    func closeReason() {
        #expect(CloseFrame.payload(code: 1000, reason: "") == [3, 232])
        let payload = CloseFrame.payload(code: 4000, reason: String(repeating: "ü", count: 100))
        #expect(payload.count == 2 + 122)
        #expect(String(validating: payload[2...], as: UTF8.self) == String(repeating: "ü", count: 61))
    }

    @Test("Mask keys differ, over many refills")
    func maskKeys() {
        var source = MaskKeySource()
        var keys: Set<UInt32> = []
        for _ in 0..<1000 { keys.insert(source.nextKey()) }
        // Two equal ones among 1000 happen once in 8,600 runs; three more never do.
        #expect(keys.count >= 998)
    }
}

extension [UInt8] {
    /// An array whose bytes a closure appends to raw memory.
    fileprivate init(capacity: Int, _ body: (inout OutputRawSpan) -> Void) {
        self.init(unsafeUninitializedCapacity: capacity) { buffer, count in
            var span = OutputRawSpan(buffer: UnsafeMutableRawBufferPointer(buffer), initializedCount: 0)
            body(&span)
            count = span.finalize(for: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}
