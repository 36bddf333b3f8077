import Testing

@testable import WebSocketFraming

@Suite("Frame decoder: messages")
struct FrameDecoderTests {
    @Test("Messages, fragments and control frames come out the same however the bytes are cut")
    func deliveryDoesNotMatter() {
        let stream =
            text("one") + frame(0x2, [0, 1, 2, 255]) + text("zwei ü") + frame(0x9, [7]) + text("")
            + text("fr", isFinal: false) + frame(0xA, [8, 9])
            + continuation(Array("agm".utf8), isFinal: false)
            + frame(0x9) + continuation(Array("ents".utf8)) + frame(0x2, Array(repeating: 5, count: 200))
            + close(1000, [66])
        let expected: [Found] = [
            .text("one"), .binary([0, 1, 2, 255]), .text("zwei ü"), .ping([7]), .text(""), .pong([8, 9]),
            .ping([]), .text("fragments"), .binary(Array(repeating: 5, count: 200)), .close(1000, [66]),
        ]
        for delivery in allDeliveries(of: stream) {
            #expect(decode(delivery) == expected)
        }
    }

    @Test("A whole message is reported in place, without a copy")
    func inPlace() throws {
        var decoder = FrameDecoder(maximumFrame: 1000, maximumMessage: 1000)
        let read = text("abc") + text("defg")
        var position = 0
        let first = try decoder.next(in: read.span.bytes, at: &position)
        let second = try decoder.next(in: read.span.bytes, at: &position)
        #expect(first == .message(isText: true, .input(offset: 2, count: 3)))
        #expect(second == .message(isText: true, .input(offset: 7, count: 4)))
        #expect(position == read.count)
        let copied = decoder.message.capacity
        #expect(copied == 0)
    }

    @Test("Every length form carries its payload", arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_001])
    func lengths(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(decode([frame(0x2, payload)]) == [.binary(payload)])
        #expect(decode(frame(0x2, payload).map { [$0] }) == [.binary(payload)])
    }

    @Test("Fragments of length zero count as fragments")
    func emptyFragments() {
        let stream = text("", isFinal: false) + continuation([], isFinal: false) + continuation([])
        for delivery in allDeliveries(of: stream) { #expect(decode(delivery) == [.text("")]) }
    }

    @Test("A frame that claims much and brings little takes little memory")
    func claimIsNotTrusted() throws {
        let limit = 1 << 40
        var decoder = FrameDecoder(maximumFrame: limit, maximumMessage: limit)
        let header: [UInt8] = [0x82, 127, 0, 0, 0, 0x80, 0, 0, 0, 0]
        let found = decode(header + Array(repeating: 1, count: 100), with: &decoder)
        let (count, capacity, isInside) = (
            decoder.message.count, decoder.message.capacity, decoder.isInsideMessage
        )
        #expect(found == [])
        #expect(count == 100)
        #expect(capacity <= 64 << 10)
        #expect(isInside)
    }

    @Test("A large message's memory is given back once it was reported")
    func memoryIsGivenBack() {
        var decoder = FrameDecoder(maximumFrame: 1 << 22, maximumMessage: 1 << 22)
        let large = frame(0x2, Array(repeating: 1, count: 1 << 21))
        let found =
            decode(Array(large[..<100]), with: &decoder) + decode(Array(large[100...]), with: &decoder)
        let capacity = decoder.message.capacity
        #expect(found.count == 1)
        #expect(capacity <= 64 << 10)
    }

    @Test("Nothing is reported after a close frame")
    func silentAfterClose() {
        #expect(decode([close(1001) + text("late"), text("later")]) == [.close(1001, [])])
        #expect(decode([frame(0x8) + [0xFF, 0xFF]]) == [.close(nil, [])])
    }

    @Test("Nothing is reported after a violation")
    func silentAfterViolation() {
        #expect(
            decode([text("a") + frame(0x3) + text("b"), text("c")]) == [
                .text("a"), .violation(.reservedOpcode(3)),
            ])
    }
}

@Suite("Frame decoder: what RFC 6455 forbids")
struct FrameViolationTests {
    static let cases: [(String, [UInt8], FrameViolation)] = [
        ("RSV1", frame(0x1, reserved: 0x40), .reservedBits),
        ("RSV2", frame(0x1, reserved: 0x20), .reservedBits),
        ("RSV3 on a ping", frame(0x9, reserved: 0x10), .reservedBits),
        ("opcode 3", frame(0x3), .reservedOpcode(3)),
        ("opcode 7", frame(0x7), .reservedOpcode(7)),
        ("opcode 11", frame(0xB), .reservedOpcode(0xB)),
        ("opcode 15", frame(0xF), .reservedOpcode(0xF)),
        ("masked", frame(0x1, [65], isMasked: true), .maskedFrame),
        ("fragmented ping", frame(0x9, isFinal: false), .fragmentedControlFrame),
        ("fragmented close", frame(0x8, isFinal: false), .fragmentedControlFrame),
        ("ping of 126 bytes", frame(0x9, Array(repeating: 0, count: 126)), .oversizedControlFrame),
        ("close of 126 bytes", frame(0x8, Array(repeating: 0, count: 126)), .oversizedControlFrame),
        ("continuation of nothing", continuation([65]), .unexpectedContinuation),
        ("continuation after the end", text("a") + continuation([65]), .unexpectedContinuation),
        ("text inside text", text("a", isFinal: false) + text("b"), .interleavedMessage),
        ("binary inside text", text("a", isFinal: false) + frame(0x2, [1]), .interleavedMessage),
        ("125 in 16 bits", [0x82, 126, 0, 125], .nonMinimalLength),
        ("65535 in 64 bits", [0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .nonMinimalLength),
        ("highest length bit", [0x82, 127, 0x80, 0, 0, 0, 0, 1, 0, 0], .invalidLength),
        ("close of one byte", frame(0x8, [3]), .truncatedCloseCode),
        ("reason not UTF-8", close(1000, [0xFF]), .invalidReasonEncoding),
        ("reason cut short", close(1000, [0xC3]), .invalidReasonEncoding),
    ]

    @Test("is a violation, however the bytes are cut", arguments: cases)
    func violation(name: String, bytes: [UInt8], expected: FrameViolation) {
        for delivery in allDeliveries(of: bytes) {
            #expect(decode(delivery).last == .violation(expected))
        }
    }

    @Test(
        "These close codes may not stand in a frame",
        arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] as [UInt16])
    func badCloseCode(code: UInt16) {
        #expect(decode([close(code)]) == [.violation(.invalidCloseCode(code))])
        #expect(!CloseFrame.isSendable(code))
    }

    @Test(
        "These close codes may",
        arguments: [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
        ]
            as [UInt16])
    func goodCloseCode(code: UInt16) {
        #expect(decode([close(code, Array("why".utf8))]) == [.close(code, Array("why".utf8))])
    }

    @Test("A header is judged before its payload arrives")
    func earlyJudgement() {
        #expect(decode([[0x83, 0x05]]) == [.violation(.reservedOpcode(3))])
        #expect(
            decode([[0x82, 126, 0xFF, 0xFF]], maximumFrame: 1000) == [
                .violation(.frameTooLarge(claimed: 65_535, limit: 1000))
            ])
    }

    @Test("A frame may reach the limit and not pass it")
    func frameLimit() {
        let payload = [UInt8](repeating: 1, count: 1000)
        #expect(decode([frame(0x2, payload)], maximumFrame: 1000) == [.binary(payload)])
        #expect(
            decode([frame(0x2, payload)], maximumFrame: 999)
                == [.violation(.frameTooLarge(claimed: 1000, limit: 999))])
        #expect(
            decode([[0x82, 127, 0x7F, 255, 255, 255, 255, 255, 255, 255]])
                == [.violation(.frameTooLarge(claimed: .max >> 1, limit: 1 << 20))])
    }

    @Test("Fragments together may reach the message limit and not pass it")
    func messageLimit() {
        let half = [UInt8](repeating: 1, count: 500)
        let stream = frame(0x2, half, isFinal: false) + continuation(half)
        #expect(decode([stream], maximumMessage: 1000) == [.binary(half + half)])
        #expect(decode([stream], maximumMessage: 999) == [.violation(.messageTooLarge(limit: 999))])
        #expect(decode([frame(0x2, half)], maximumMessage: 499) == [.violation(.messageTooLarge(limit: 499))])
    }

    @Test("Control frames pass whatever the frame limit is")
    func controlIgnoresLimit() {
        #expect(decode([frame(0x9, [1, 2, 3])], maximumFrame: 1, maximumMessage: 1) == [.ping([1, 2, 3])])
    }

    @Test("Each violation answers with the close code of RFC 6455")
    func closeCodes() {
        #expect(FrameViolation.invalidTextEncoding.closeCode == 1007)
        #expect(FrameViolation.invalidReasonEncoding.closeCode == 1007)
        #expect(FrameViolation.frameTooLarge(claimed: 1, limit: 0).closeCode == 1009)
        #expect(FrameViolation.messageTooLarge(limit: 0).closeCode == 1009)
        #expect(FrameViolation.maskedFrame.closeCode == 1002)
    }
}
