import Testing
import WSEWire

@Suite struct MessagePackTests {
    private func read(_ bytes: [UInt8], limits: WireLimits = WireLimits()) throws(WireError) -> WSEValue {
        try WSEValue(messagePack: bytes.span.bytes, limits: limits)
    }

    @Test(
        arguments: [
            ([0x00], 0), ([0x7F], 127), ([0xFF], -1), ([0xE0], -32), ([0xC0], nil), ([0xC2], false),
            ([0xC3], true),
            ([0xCC, 0xFF], 255), ([0xCD, 0x01, 0x00], 256), ([0xCE, 0, 1, 0, 0], 65_536),
            ([0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0], .uint(1 << 63)), ([0xCF, 0, 0, 0, 0, 0, 0, 0, 1], 1),
            ([0xD0, 0x80], -128), ([0xD1, 0x80, 0], -32_768), ([0xD2, 0x80, 0, 0, 0], -2_147_483_648),
            ([0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], .int(.min)), ([0xD3, 0, 0, 0, 0, 0, 0, 0, 5], 5),
            ([0xCA, 0x3F, 0x80, 0, 0], .double(1)), ([0xCB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0], 1.5),
            ([0xA0], ""), ([0xA3, 0x61, 0x62, 0x63], "abc"), ([0xD9, 2, 0xC3, 0xA9], "é"),
            ([0xDA, 0, 1, 0x61], "a"),
            ([0xDB, 0, 0, 0, 1, 0x61], "a"), ([0xD9, 0], ""), ([0xDB, 0, 0, 0, 0], ""),
            ([0xC4, 2, 0xFF, 0], .binary([0xFF, 0])), ([0xC5, 0, 0], .binary([])),
            ([0xC6, 0, 0, 0, 1, 9], .binary([9])),
            ([0x90], []), ([0x92, 1, 0xA1, 0x61], [1, "a"]), ([0xDC, 0, 1, 0xC0], [nil]),
            ([0xDD, 0, 0, 0, 0], []),
            ([0x80], [:]), ([0x81, 0xA1, 0x61, 1], ["a": 1]), ([0xDE, 0, 1, 0xA0, 0x90], ["": []]),
            ([0xDF, 0, 0, 0, 0], [:]),
            ([0x82, 0xA1, 0x61, 1, 0xA1, 0x61, 2], ["a": 2]),
            ([0xD4, 5, 1], .ext(type: 5, data: [1])), ([0xD5, 0x80, 1, 2], .ext(type: -128, data: [1, 2])),
            ([0xD8, 1] + Array(0..<16), .ext(type: 1, data: Array(0..<16))),
            ([0xC7, 0, 7], .ext(type: 7, data: [])),
            ([0xC8, 0, 1, 7, 9], .ext(type: 7, data: [9])),
            ([0xC9, 0, 0, 0, 3, 7, 1, 2, 3], .ext(type: 7, data: [1, 2, 3])),
            ([0xD6, 0xFF, 0, 0, 0, 1], WSEValue(MessagePackTimestamp(seconds: 1))),
        ] as [([UInt8], WSEValue)])
    func reads(_ bytes: [UInt8], _ value: WSEValue) throws {
        #expect(try read(bytes) == value)
        for length in 0..<bytes.count {
            #expect(throws: WireError.self) { try read(Array(bytes[..<length])) }
        }
        #expect(throws: WireError.self) { try read(bytes + [0]) }
    }

    @Test(
        arguments: [
            ([], .invalidMessagePack), ([0xC1], .invalidMessagePack), ([0x91, 0xC1], .invalidMessagePack),
            ([0xDD, 0xFF, 0xFF, 0xFF, 0xFF], .invalidMessagePack),
            ([0xDF, 0xFF, 0xFF, 0xFF, 0xFF, 0xA0, 1], .invalidMessagePack),
            ([0xDB, 0xFF, 0xFF, 0xFF, 0xFF, 0x61], .invalidMessagePack),
            ([0xC6, 0xFF, 0xFF, 0xFF, 0xFF], .invalidMessagePack),
            ([0xC9, 0xFF, 0xFF, 0xFF, 0xFF], .invalidMessagePack),
            ([0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 0], .invalidMessagePack),
            ([0xC9, 0xFF, 0xFF, 0xFF, 0xFE, 0], .invalidMessagePack),
            ([0x81, 1, 2], .invalidMessagePack), ([0x81, 0xC0, 2], .invalidMessagePack),
            ([0x91, 0x81, 0x90, 2], .invalidMessagePack),
            ([0x81, 0xC4, 0, 2], .invalidMessagePack), ([0xA1, 0xFF], .invalidUTF8),
            ([0xA2, 0xC0, 0x80], .invalidUTF8),
            ([0xA3, 0xED, 0xA0, 0x80], .invalidUTF8), ([0x81, 0xA1, 0x80, 0], .invalidUTF8),
            ([0xA4, 0xF4, 0x90, 0x80, 0x80], .invalidUTF8), ([0xA1, 0xC3], .invalidUTF8),
        ] as [([UInt8], WireError.Code)])
    func refuses(_ bytes: [UInt8], _ code: WireError.Code) {
        let error = #expect(throws: WireError.self) { try read(bytes) }
        #expect(error?.code == code)
        #expect(error?.byteOffset != nil)
    }

    @Test(
        arguments: [
            ([0xA4, 0xF4, 0x90, 0x80, 0x80], 1), ([0x92, 0xA1, 0x61, 0xA1, 0xFF], 4),
            ([0x81, 0xA1, 0x80, 0], 2),
            ([0x81, 0x01, 0x02], 1), ([0x92, 0x07, 0x82, 0xA1, 0x61, 0x01, 0xC0, 0x02], 6),
            ([0x81, 0xA1, 0x61, 0x91, 0x81, 0x90, 0x02], 5), ([0x91, 0xC1], 1),
        ] as [([UInt8], Int)])
    func errorsNameTheByte(_ bytes: [UInt8], _ offset: Int) {
        let error = #expect(throws: WireError.self) { try read(bytes) }
        #expect(error?.byteOffset == offset)
    }

    @Test(arguments: [[0xDE], [0xDE, 0x01], [0xDF, 0x00, 0x00], [0xDF, 0, 0, 0]] as [[UInt8]])
    func anEnvelopeThatIsCutInItsHeadIsAnErrorWithin(_ bytes: [UInt8]) throws {
        let error = try #require(decode(Array("M:".utf8) + bytes).errors.first)
        #expect(error.code == .invalidMessagePack)
        #expect(try #require(error.byteOffset) <= bytes.count)
    }

    @Test func nestingIsLimitedExactly() throws {
        let limits = WireLimits(maximumDepth: 100)
        let array: [UInt8] = [0x91]
        let map: [UInt8] = [0x81, 0xA0]
        for head in [array, map] {
            func nested(_ depth: Int) -> [UInt8] { Array(repeatElement(head, count: depth).joined()) + [0] }
            _ = try read(nested(100), limits: limits)
            let error = #expect(throws: WireError.self) { try read(nested(101), limits: limits) }
            #expect(error?.code == .nestingTooDeep)
            let deepest = WireLimits(maximumDepth: .max)
            _ = try read(nested(1_024), limits: deepest)
            for depth in [1_025, 100_000] {
                let error = #expect(throws: WireError.self) { try read(nested(depth), limits: deepest) }
                #expect(error?.code == .nestingTooDeep)
            }
        }
    }

    @Test func valuesAreWrittenInTheirShortestForm() throws {
        let sizes: [(WSEValue, Int)] = [
            (127, 1), (128, 2), (255, 2), (256, 3), (65_535, 3), (65_536, 5), (.int(1 << 32), 9), (-32, 1),
            (-33, 2),
            (-129, 3), (-32_769, 5), (.int(.min), 9), (.uint(.max), 9), (.double(0.1), 9), (nil, 1),
            (true, 1),
            (.string(String(repeating: "x", count: 31)), 32),
            (.string(String(repeating: "x", count: 32)), 34),
            (.string(String(repeating: "x", count: 256)), 259),
            (.string(String(repeating: "x", count: 65_536)), 65_541),
            (.array(Array(repeating: nil, count: 15)), 16), (.array(Array(repeating: nil, count: 16)), 19),
            (.array(Array(repeating: nil, count: 65_536)), 65_541),
            (.binary(Array(repeating: 0, count: 3)), 5),
            (.ext(type: 1, data: [1, 2, 3, 4]), 6), (.ext(type: 1, data: [1, 2, 3]), 6),
        ]
        for (value, size) in sizes {
            let bytes = try value.messagePack()
            #expect(bytes.count == size)
            #expect(try read(bytes) == value)
        }
    }

    @Test func timestampsReadAndPrint() throws {
        let cases: [(Int64, UInt32, Int, String)] = [
            (0, 0, 4, "1970-01-01T00:00:00Z"), (1_700_000_000, 0, 4, "2023-11-14T22:13:20Z"),
            (1_700_000_000, 5_000_000, 8, "2023-11-14T22:13:20.005Z"),
            (1 << 33, 1, 8, "2242-03-16T12:56:32.000000001Z"),
            (1 << 34, 0, 12, "2514-05-30T01:53:04Z"), (-1, 999_999_000, 12, "1969-12-31T23:59:59.999999Z"),
            (-62_135_596_800, 0, 12, "0001-01-01T00:00:00Z"),
        ]
        for (seconds, nanoseconds, size, text) in cases {
            let timestamp = MessagePackTimestamp(seconds: seconds, nanoseconds: nanoseconds)
            let value = WSEValue(timestamp)
            guard case .ext(-1, let data) = value else {
                Issue.record("no extension")
                continue
            }
            #expect(data.count == size)
            #expect(value.timestamp == timestamp)
            #expect(timestamp.description == text)
            #expect(try value.jsonText() == "\"\(text)\"")
        }
        #expect(WSEValue.ext(type: -1, data: [1]).timestamp == nil)
        #expect(WSEValue.ext(type: -1, data: Array(repeating: 0xFF, count: 8)).timestamp == nil)
        #expect(WSEValue.ext(type: 1, data: [0, 0, 0, 0]).timestamp == nil)
        #expect(throws: WireError.self) { try WSEValue.ext(type: 1, data: []).jsonText() }
    }
}
