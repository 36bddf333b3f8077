import Foundation
import Testing
import WSEWire
import WSEWireFoundation

@Suite struct FoundationCodingTests {
    struct Document: Codable, Equatable {
        var date: Date
        var data: Data
        var price: Decimal
        var url: URL
        var optional: Date?
        var id: UUID
        var list: [Date]
    }

    static let document = Document(
        date: Date(timeIntervalSince1970: 1_700_000_000.25), data: Data([0, 1, 0xFF]),
        price: Decimal(string: "12345678901234567890.123456789")!,
        url: URL(string: "https://example.org/a?b=c")!, optional: nil,
        id: UUID(uuidString: "019AAF3C-7D11-7A20-8C1F-9B1F6D5D2A10")!,
        list: [Date(timeIntervalSince1970: 0)])

    @Test func agreesWithFoundationsCoders() throws {
        let own = try PayloadEncoder.foundation.json(FoundationCodingTests.document)
        #expect(try JSONDecoder().decode(Document.self, from: Data(own)) == FoundationCodingTests.document)
        let theirs = [UInt8](try JSONEncoder().encode(FoundationCodingTests.document))
        #expect(
            try PayloadDecoder.foundation.decode(Document.self, fromJSON: theirs.span.bytes)
                == FoundationCodingTests.document)
    }

    @Test(
        arguments: [
            ("12345678901234567890123456789012345678", true), ("1.50", true), ("0.000", true),
            ("-1e-100", true),
            ("100000000000000000000000000000000000000000", true),
            ("123456789012345678901234567890123456789", false),
            ("0.123456789012345678901234567890123456789", false),
            ("1e-200", false), ("1e300", false),
        ])
    func decimalsAreExactOrRefused(_ text: String, _ isHeld: Bool) throws {
        let bytes = Array("[\(text)]".utf8)
        guard isHeld else {
            #expect(throws: WireError.self) {
                _ = try PayloadDecoder.foundation.decode([Decimal].self, fromJSON: bytes.span.bytes)
            }
            return
        }
        let decimal = try PayloadDecoder.foundation.decode([Decimal].self, fromJSON: bytes.span.bytes)
        #expect(decimal == [try #require(Decimal(string: text))])
    }

    @Test func datesInEveryWay() throws {
        struct Dated: Codable, Equatable { var date: Date, list: [Date?] }
        let dated = Dated(
            date: Date(timeIntervalSince1970: 1_700_000_000.125),
            list: [nil, Date(timeIntervalSince1970: -1)])
        let ways: [(DateEncodingStrategy, DateDecodingStrategy, String)] = [
            (.deferredToDate, .deferredToDate, "721692800.125"),
            (.secondsSince1970, .secondsSince1970, "1700000000.125"),
            (.millisecondsSince1970, .millisecondsSince1970, "1700000000125.0"),
            (.iso8601, .iso8601, "\"2023-11-14T22:13:20.125Z\""),
            (.timestamp, .iso8601, "\"2023-11-14T22:13:20.125Z\""),
            (
                .custom { date, encoder in try "\(Int(date.timeIntervalSince1970 * 1000))".encode(to: encoder)
                },
                .custom { decoder in Date(timeIntervalSince1970: Double(try String(from: decoder))! / 1000) },
                "\"1700000000125\""
            ),
        ]
        for (encoding, decoding, text) in ways {
            var encoder = PayloadEncoder()
            encoder.dateEncodingStrategy = encoding
            var decoder = PayloadDecoder()
            decoder.dateDecodingStrategy = decoding
            let json = try encoder.json(dated)
            #expect(String(decoding: json, as: UTF8.self).hasPrefix("{\"date\":\(text)"))
            #expect(try decoder.decode(Dated.self, fromJSON: json.span.bytes) == dated)
            let pack = try encoder.messagePack(dated)
            #expect(try decoder.decode(Dated.self, fromMessagePack: pack.span.bytes) == dated)
        }
        let plain = Array("[\"2023-11-14T22:13:20Z\",\"2023-11-14T23:13:20.5+01:00\"]".utf8)
        var decoder = PayloadDecoder()
        decoder.dateDecodingStrategy = .iso8601
        #expect(
            try decoder.decode([Date].self, fromJSON: plain.span.bytes).map(\.timeIntervalSince1970) == [
                1_700_000_000, 1_700_000_000.5,
            ])
        let wrong = Array("[\"soon\"]".utf8)
        let error = #expect(throws: WireError.self) {
            try decoder.decode([Date].self, fromJSON: wrong.span.bytes)
        }
        #expect(error?.code == .invalidValue && error?.path == [0])
    }

    @Test func dataIsBinaryInMessagePackAndBase64InJSON() throws {
        let data = [Data(), Data([1, 2, 3, 255])]
        let pack = try PayloadEncoder.foundation.messagePack(data)
        #expect(try WSEValue(messagePack: pack.span.bytes) == [.binary([]), .binary([1, 2, 3, 255])])
        #expect(try PayloadDecoder.foundation.decode([Data].self, fromMessagePack: pack.span.bytes) == data)
        let json = try PayloadEncoder.foundation.json(data)
        #expect(String(decoding: json, as: UTF8.self) == #"["","AQID/w=="]"#)
        #expect(try PayloadDecoder.foundation.decode([Data].self, fromJSON: json.span.bytes) == data)
        let wrong = Array("[\"%\"]".utf8)
        #expect(throws: WireError.self) {
            try PayloadDecoder.foundation.decode([Data].self, fromJSON: wrong.span.bytes)
        }
        var plain = PayloadEncoder()
        plain.dataEncodingStrategy = .deferredToData
        #expect(String(decoding: try plain.json(data), as: UTF8.self) == "[[],[1,2,3,255]]")
        let numbers = try plain.json(data)
        #expect(try PayloadDecoder().decode([Data].self, fromJSON: numbers.span.bytes) == data)
    }

    @Test func strategiesCanBeReadBack() {
        var decoder = PayloadDecoder.foundation
        decoder.dateDecodingStrategy = .millisecondsSince1970
        guard case .millisecondsSince1970 = decoder.dateDecodingStrategy else {
            Issue.record("not read back")
            return
        }
        decoder[strategyFor: Date.self] = nil
        guard case .deferredToDate = decoder.dateDecodingStrategy else {
            Issue.record("not removed")
            return
        }
    }

    /// Other coders know values and exact numbers, too.
    @Test func valuesThroughFoundationsCoders() throws {
        let value: WSEValue = [
            "a": [1, nil, 2.5, "x", true, .uint(.max)], "b": .binary([1]), "c": .int(.min),
        ]
        let theirs = try JSONDecoder().decode(WSEValue.self, from: try JSONEncoder().encode(value))
        var expected = value
        expected["b"] = "AQ=="
        #expect(theirs == expected)
        let numbers = try #require(
            ["12", "-1.5", "18446744073709551615"].map(ExactNumber.init) as? [ExactNumber])
        #expect(
            try JSONDecoder().decode([ExactNumber].self, from: try JSONEncoder().encode(numbers)) == numbers)
    }

    /// What a peer may send as a date, and what any date may be written as, is a date or an error.
    @Test func datesBeyondMeasure() throws {
        let values: [WSEValue] = [
            WSEValue(MessagePackTimestamp(seconds: .max, nanoseconds: 999_999_999)),
            WSEValue(MessagePackTimestamp(seconds: .min)), .double(.infinity), .double(-.infinity),
            .double(.nan), .double(.greatestFiniteMagnitude), .double(1e18), .int(.max), .uint(.max),
            .int(.min), -1e300,
        ]
        for value in values {
            let bytes = try value.messagePack()
            for strategy in [.deferredToDate, .secondsSince1970, .millisecondsSince1970]
                as [DateDecodingStrategy]
            {
                var decoder = PayloadDecoder()
                decoder.dateDecodingStrategy = strategy
                guard let date = try? decoder.decode(Date.self, fromMessagePack: bytes.span.bytes) else {
                    continue
                }
                for strategy in [
                    .deferredToDate, .secondsSince1970, .millisecondsSince1970, .iso8601, .timestamp,
                ] as [DateEncodingStrategy] {
                    var encoder = PayloadEncoder()
                    encoder.dateEncodingStrategy = strategy
                    _ = try? encoder.json(date)
                    _ = try? encoder.messagePack(date)
                }
            }
        }
    }
}
