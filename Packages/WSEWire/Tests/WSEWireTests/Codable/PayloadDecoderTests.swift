import Testing
import WSEWire

/// Both encodings of a value, decoded with one decoder.
func decodeBoth<Value: Decodable & Equatable>(
    _ type: Value.Type, _ json: String, _ decoder: PayloadDecoder = PayloadDecoder()
) throws -> Value {
    let text = Array(json.utf8)
    let pack = try WSEValue(json: json).messagePack()
    let fromJSON = try decoder.decode(type, fromJSON: text.span.bytes)
    let fromPack = try decoder.decode(type, fromMessagePack: pack.span.bytes)
    #expect(fromJSON == fromPack)
    return fromJSON
}

/// The error of decoding either encoding; both must be alike.
func failure<Value: Decodable>(
    _ type: Value.Type, _ json: String, _ decoder: PayloadDecoder = PayloadDecoder()
) throws -> WireError {
    let text = Array(json.utf8)
    let pack = try WSEValue(json: json).messagePack()
    let first = #expect(throws: WireError.self) { _ = try decoder.decode(type, fromJSON: text.span.bytes) }
    let second = #expect(throws: WireError.self) {
        _ = try decoder.decode(type, fromMessagePack: pack.span.bytes)
    }
    #expect(first == second)
    return try #require(first)
}

@Suite struct PayloadDecoderTests {
    struct Trade: Codable, Equatable {
        enum Side: String, Codable { case buy, sell }
        var px: Double
        var qty: Int
        var side: Side
        var sym: String
        var note: String?
        var tags: [String]
        var nested: [String: [Int?]]
    }

    static let trade =
        #"{"sym":"BTC","qty":3,"px":1.5,"side":"sell","tags":["a","é"],"nested":{"x":[1,null],"y":[]},"other":{}}"#
    static let expected = Trade(
        px: 1.5, qty: 3, side: .sell, sym: "BTC", note: nil, tags: ["a", "é"],
        nested: ["x": [1, nil], "y": []])

    @Test(
        arguments: [
            ("9007199254740993.0", 9_007_199_254_740_993), ("9223372036854775807.00", Int.max),
            ("-9223372036854775808.0", Int.min), ("1e2", 100), ("1.5e1", 15), ("0e999999999", 0), ("-0.0", 0),
            ("1200e-2", 12), ("1e17", 100_000_000_000_000_000), ("4503599627370497.5", nil),
            ("1.00000000000000000001", nil), ("1e-1", nil),
            ("1e19", nil), ("1e999999999", nil), ("1e99999999999999999999", nil),
            ("9223372036854775808.0", nil),
        ] as [(String, Int?)])
    func integersAreExactOrRefused(_ text: String, _ expected: Int?) throws {
        let bytes = Array("[\(text)]".utf8)
        guard let expected else {
            let error = #expect(throws: WireError.self) {
                _ = try PayloadDecoder().decode([Int].self, fromJSON: bytes.span.bytes)
            }
            #expect(error?.code == .invalidValue)
            return
        }
        #expect(try PayloadDecoder().decode([Int].self, fromJSON: bytes.span.bytes) == [expected])
    }

    @Test func wideIntegersAreExact() throws {
        let text = Array("[1e30,170141183460469231731687303715884105727.0]".utf8)
        #expect(
            try PayloadDecoder().decode([Int128].self, fromJSON: text.span.bytes)
                == [1_000_000_000_000_000_000_000_000_000_000, .max])
        #expect(throws: WireError.self) {
            _ = try PayloadDecoder().decode([UInt128].self, fromJSON: Array("[-1e30]".utf8).span.bytes)
        }
    }

    @Test func aDoubleThatDoesNotFitAFloatIsRefusedInBothFormats() throws {
        #expect(try failure([Float].self, "[1e300]").code == .invalidValue)
        let infinite = try WSEValue.array([.double(.infinity)]).messagePack()
        #expect(
            try PayloadDecoder().decode([Float].self, fromMessagePack: infinite.span.bytes) == [.infinity])
    }

    @Test func decodesStructs() throws {
        #expect(try decodeBoth(Trade.self, PayloadDecoderTests.trade) == PayloadDecoderTests.expected)
        let event = try #require(decode("{\"t\":\"x\",\"p\":\(PayloadDecoderTests.trade)}").events.first)
        #expect(try event.decode(Trade.self) == PayloadDecoderTests.expected)
        #expect(try event.payload.decode(Trade.self) == PayloadDecoderTests.expected)
        #expect(try event.payload.value.decode(Trade.self) == PayloadDecoderTests.expected)
        let inferred: Trade = try event.decode()
        #expect(inferred == PayloadDecoderTests.expected)
    }

    @Test func membersInAnyOrderWithEscapedAndEqualKeys() throws {
        struct Two: Decodable, Equatable { var first: Int, second: Int }
        #expect(try decodeBoth(Two.self, #"{"second":2,"first":1}"#) == Two(first: 1, second: 2))
        #expect(
            try decodeBoth(Two.self, #"{"second":0,"f\u0069rst":1,"second":2}"#) == Two(first: 1, second: 2))
        #expect(
            try decodeBoth(Two.self, #"{"first":0,"second":2,"f\u0069rst":1}"#) == Two(first: 1, second: 2))
        #expect(
            try decodeBoth(Two.self, #" { "x" : [ { } ] , "first" : 1 , "secon" : 9 , "second" : 2 } "#)
                == Two(first: 1, second: 2))
    }

    @Test func objectsOfManyMembers() throws {
        for count in [15, 16, 17, 18, 100, 5_000] {
            let members = (0..<count).map { "\"key\($0)\":\($0)" } + ["\"key3\":-3", "\"k\\u0065y4\":-4"]
            var expected = Dictionary(uniqueKeysWithValues: (0..<count).map { ("key\($0)", $0) })
            expected["key3"] = -3
            expected["key4"] = -4
            #expect(
                try decodeBoth([String: Int].self, "{" + members.joined(separator: ",") + "}") == expected)
        }
    }

    @Test func integersAreExactOrRefused() throws {
        #expect(try decodeBoth([Int8].self, "[127,-128,3.0,1e2]") == [127, -128, 3, 100])
        #expect(try decodeBoth([UInt64].self, "[18446744073709551615,0]") == [.max, 0])
        #expect(try decodeBoth([Int64].self, "[-9223372036854775808]") == [.min])
        #expect(
            try decodeBoth([Double].self, "[1,-2,18446744073709551615,0.25]") == [
                1, -2, Double(UInt64.max), 0.25,
            ])
        #expect(try decodeBoth([Float].self, "[0.1,1,-3e5]") == [0.1, 1, -3e5])
        let wide = Array("[170141183460469231731687303715884105727,-5]".utf8)
        #expect(try PayloadDecoder().decode([Int128].self, fromJSON: wide.span.bytes) == [.max, -5])
        for (type, text) in [("Int8", "128"), ("Int8", "-129"), ("Int8", "1.5")] {
            #expect(try failure([Int8].self, "[\(text)]").code == .invalidValue, "\(type) \(text)")
        }
        #expect(try failure([UInt16].self, "[1,-1]").path == [1])
        #expect(try failure([UInt64].self, "[18446744073709551616]").code == .invalidValue)
        // Exact in JSON; in MessagePack a Double, which stands for a range of integers there.
        let whole = try WSEValue.array([.double(1e17)]).messagePack()
        #expect(throws: WireError.self) {
            try PayloadDecoder().decode([Int].self, fromMessagePack: whole.span.bytes)
        }
        let huge = Array("[1e400]".utf8)
        #expect(throws: WireError.self) {
            try PayloadDecoder().decode([Double].self, fromJSON: huge.span.bytes)
        }
    }

    @Test func errorsNameThePathAndNeverTheValue() throws {
        struct Outer: Decodable {
            struct Inner: Decodable { var id: Int, name: String? }
            var list: [Inner]
            var side: Trade.Side?
        }
        let cases: [(String, WireError.Code, [WSEValue.PathComponent])] = [
            (#"{"list":[{"id":1},{"id":"secret"}]}"#, .typeMismatch, ["list", 1, "id"]),
            (#"{"list":[{"id":1},{"name":"x"}]}"#, .missingKey, ["list", 1, "id"]),
            (#"{"list":[{"id":null}]}"#, .missingValue, ["list", 0, "id"]),
            (#"{"list":[null]}"#, .missingValue, ["list", 0]),
            (#"{"list":[],"side":"secret"}"#, .invalidValue, ["side"]),
            (#"{"list":{"secret":1}}"#, .typeMismatch, ["list"]),
            (#"{}"#, .missingKey, ["list"]), ("[]", .typeMismatch, []), ("null", .missingValue, []),
            (#"{"list":[{"id":1,"name":{}}]}"#, .typeMismatch, ["list", 0, "name"]),
            (#"{"list":[{"id":true}]}"#, .typeMismatch, ["list", 0, "id"]),
        ]
        for (text, code, path) in cases {
            let error = try failure(Outer.self, text)
            #expect(error.code == code && error.path == path, "\(text): \(error)")
            #expect(!error.description.contains("secret"))
        }
        let missing = try #require(decode(#"{"t":"x"}"#).events.first)
        #expect(throws: WireError.self) { try missing.decode(Outer.self) }
        let none = try missing.decode(Outer?.self)
        #expect(none == nil)
        #expect(try failure(Outer.self, #"{"list":[{"id":"x"}]}"#).description.contains("list[0].id"))
    }

    @Test func malformedBytesAreRefusedBeforeAnyTypeSeesThem() {
        let text = Array("[1,2".utf8)
        let error = #expect(throws: WireError.self) {
            try PayloadDecoder().decode([Int].self, fromJSON: text.span.bytes)
        }
        #expect(error?.code == .invalidJSON && error?.byteOffset == 4)
        let pack: [UInt8] = [0x92, 1]
        let other = #expect(throws: WireError.self) {
            try PayloadDecoder().decode([Int].self, fromMessagePack: pack.span.bytes)
        }
        #expect(other?.code == .invalidMessagePack)
    }

    @Test func keyStrategies() throws {
        struct Snake: Decodable, Equatable {
            var oneTwoThree: Int, url: String, _x: Int, plain: [String: Int]
        }
        var decoder = PayloadDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = #"{"one_two_three":1,"url":"u","_x":2,"plain":{"not_converted":3}}"#
        let expected = Snake(oneTwoThree: 1, url: "u", _x: 2, plain: ["not_converted": 3])
        #expect(try decodeBoth(Snake.self, text, decoder) == expected)
        struct Upper: Decodable, Equatable { struct In: Decodable, Equatable { var b: Int }; var a: In }
        decoder.keyDecodingStrategy = .custom { path in
            Key(path.map { $0.stringValue.lowercased() }.last ?? "")
        }
        #expect(try decodeBoth(Upper.self, #"{"A":{"B":1}}"#, decoder) == Upper(a: Upper.In(b: 1)))
    }

    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    @Test func valuesAndExactNumbersMayStandAnywhere() throws {
        struct Mixed: Codable, Equatable {
            var any: WSEValue, px: ExactNumber, list: [ExactNumber], opt: WSEValue?
        }
        let text = #"{"any":{"a":[1,null]},"px":0.10,"list":[1e3,-7],"opt":null}"#
        let bytes = Array(text.utf8)
        let mixed = try PayloadDecoder().decode(Mixed.self, fromJSON: bytes.span.bytes)
        #expect(
            mixed.any == ["a": [1, nil]] && mixed.px.digits == "0.10"
                && mixed.list.map(\.digits) == ["1e3", "-7"])
        #expect(mixed.opt == nil)
        let again = String(decoding: try PayloadEncoder().json(mixed), as: UTF8.self)
        #expect(again == #"{"any":{"a":[1,null]},"px":0.10,"list":[1e3,-7]}"#)
        let pack = try PayloadEncoder().messagePack(mixed)
        #expect(
            try PayloadDecoder().decode(Mixed.self, fromMessagePack: pack.span.bytes).px.doubleValue == 0.1)
        #expect(throws: WireError.self) {
            try PayloadEncoder().messagePack(ExactNumber("0.12345678901234567890123"))
        }
        for text in ["", "1 ", "01", "x", "1.", "NaN", "--1", "1\0"] { #expect(ExactNumber(text) == nil) }
        #expect(ExactNumber("12")?.integer(as: UInt8.self) == 12)
    }

    @Test func userInfoAndPathsReachTheType() throws {
        struct Probe: Decodable {
            var path: [String]
            var info: Int?
            init(from decoder: any Decoder) throws {
                path = decoder.codingPath.map(\.stringValue)
                info = CodingUserInfoKey(rawValue: "k").flatMap { decoder.userInfo[$0] } as? Int
            }
        }
        var decoder = PayloadDecoder()
        decoder.userInfo[CodingUserInfoKey(rawValue: "k")!] = 5
        let bytes = Array(#"{"a":[0,{"b":{}}]}"#.utf8)
        struct Root: Decodable {
            let probe: Probe
            init(from decoder: any Decoder) throws {
                var list = try decoder.container(keyedBy: Key.self).nestedUnkeyedContainer(forKey: Key("a"))
                _ = try list.decode(Int.self)
                #expect(list.currentIndex == 1 && list.count == 2 && !list.isAtEnd)
                probe = try list.nestedContainer(keyedBy: Key.self).decode(Probe.self, forKey: Key("b"))
                #expect(list.isAtEnd)
                #expect(throws: DecodingError.self) { try list.decode(Int.self) }
            }
        }
        let root = try decoder.decode(Root.self, fromJSON: bytes.span.bytes)
        #expect(root.probe.path == ["a", "Index 1", "b"] && root.probe.info == 5)
    }

    @Test func containersOutliveTheDecoding() throws {
        struct Keeper: Decodable {
            let container: KeyedDecodingContainer<Key>
            let decoder: any Decoder
            init(from decoder: any Decoder) throws {
                container = try decoder.container(keyedBy: Key.self)
                self.decoder = decoder
            }
        }
        func keepers(_ text: String) throws -> [Keeper] {
            let bytes = Array(text.utf8)
            return try PayloadDecoder().decode([Keeper].self, fromJSON: bytes.span.bytes)
        }
        let kept = try keepers(#"[{"a":1},{"a":2,"\u0062":"x"},{}]"#)
        #expect(try kept[0].container.decode(Int.self, forKey: Key("a")) == 1)
        #expect(try kept[1].container.decode(Int.self, forKey: Key("a")) == 2)
        #expect(try kept[1].container.decode(String.self, forKey: Key("b")) == "x")
        #expect(kept[1].container.allKeys.map(\.stringValue) == ["a", "b"])
        #expect(!kept[2].container.contains(Key("a")))
        #expect(try [String: WSEValue](from: kept[1].decoder) == ["a": 2, "b": "x"])
    }

    @Test func aKeptContainerStaysApartFromLaterOnes() throws {
        struct Kept: Decodable {
            let container: KeyedDecodingContainer<Key>
            init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: Key.self) }
        }
        struct Root: Decodable, Equatable {
            var seen: [Int] = []
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                let first = try list.decode(Kept.self).container
                let second = try list.nestedContainer(keyedBy: Key.self)
                for container in [first, second, first] {
                    seen.append(try container.decode(Int.self, forKey: Key("a")))
                    seen.append(container.allKeys.count)
                }
            }
        }
        #expect(try decodeBoth(Root.self, #"[{"a":1,"b":0},{"a":2}]"#).seen == [1, 2, 2, 1, 1, 2])
    }

    @Test func classesWithSuperclasses() throws {
        let sub = try decodeSub(#"{"own":1,"super":{"base":2}}"#)
        #expect(sub.own == 1 && sub.base == 2)
        let bytes = try PayloadEncoder().json(sub)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"own":1,"super":{"base":2}}"#)
    }

    private func decodeSub(_ text: String) throws -> Sub {
        let bytes = Array(text.utf8)
        return try PayloadDecoder().decode(Sub.self, fromJSON: bytes.span.bytes)
    }

    class Base: Codable {
        var base = 0
    }

    final class Sub: Base {
        var own = 0
        enum CodingKeys: CodingKey { case own }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            own = try container.decode(Int.self, forKey: .own)
            try super.init(from: try container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(own, forKey: .own)
            try super.encode(to: container.superEncoder())
        }
    }

    /// Tries each of several types on every element, as types for values of any kind do.
    private struct Lossy: Decodable {
        var failures = 0
        init(from decoder: any Decoder) throws {
            var list = try decoder.container(keyedBy: Key.self).nestedUnkeyedContainer(forKey: Key("list"))
            while !list.isAtEnd {
                if (try? list.decode(Bool.self)) == nil { failures += 1 }
                _ = try list.decode(Int.self)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func aFailureForEveryElementTakesLinearTime() throws {
        let list = Array(repeating: "7", count: 100_000).joined(separator: ",")
        #expect(try decodeBoth(Failures.self, "{\"list\":[\(list)]}").count == 100_000)
    }

    private struct Failures: Decodable, Equatable {
        var count: Int
        init(from decoder: any Decoder) throws { count = try Lossy(from: decoder).failures }
    }

    @Test func pathsAreFoundInAnyOrder() throws {
        struct Visitor: Decodable, Equatable {
            var isRight = true
            init(from decoder: any Decoder) throws {
                let root = try decoder.container(keyedBy: Key.self)
                var decoders: [(any Decoder, [String])] = []
                for name in ["a", "b"] {
                    var list = try root.nestedUnkeyedContainer(forKey: Key(name))
                    for index in 0..<3 {
                        let inner = try list.nestedContainer(keyedBy: Key.self)
                        for key in ["k\u{E9}", "l"] {
                            decoders.append(
                                (try inner.superDecoder(forKey: Key(key)), [name, "Index \(index)", key]))
                        }
                    }
                }
                for step in [1, 5, 7, 11] {
                    for turn in 0..<decoders.count {
                        let (part, path) = decoders[turn * step % decoders.count]
                        isRight = isRight && part.codingPath.map(\.stringValue) == path
                    }
                }
            }
        }
        let list = #"[{"k\u00e9":1,"l":[]},{"x":[[]],"k\u00e9":{},"l":""},{"k\u00e9":null,"l":[1,2]}]"#
        #expect(try decodeBoth(Visitor.self, #"{"x":0,"a":\#(list),"b":\#(list)}"#).isRight)
    }

    @Test func elementsThatAreReadInPart() throws {
        /// Reads one object inside of an element and leaves the rest.
        struct Inner: Decodable, Equatable {
            var n: Int
            init(from decoder: any Decoder) throws {
                let list = try decoder.container(keyedBy: Key.self)
                n = try list.nestedContainer(keyedBy: Key.self, forKey: Key("in")).decode(
                    Int.self, forKey: Key("n"))
            }
        }
        /// Reads only an object inside of an element that is an array.
        struct Second: Decodable, Equatable {
            var n: Int
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                _ = try list.decode(Int.self)
                n = try list.nestedContainer(keyedBy: Key.self).decode(Int.self, forKey: Key("n"))
            }
        }
        let objects = #"[{"in":{"n":1},"x":[{"n":9}]},{"x":{"n":9},"in":{"n":2,"m":{}}},{"in":{"n":3}}]"#
        #expect(try decodeBoth([Inner].self, objects).map(\.n) == [1, 2, 3])
        #expect(try decodeBoth([[Inner]].self, "[\(objects),[],\(objects)]").map(\.count) == [3, 0, 3])
        let arrays = #"[[0,{"n":1},{"n":9}],[0,{"n":2}],[0,{"n":3},[],4]]"#
        #expect(try decodeBoth([Second].self, arrays).map(\.n) == [1, 2, 3])
        #expect(
            try decodeBoth([[[Int]]].self, "[[[1],[2,3]],[],[[]],[[4]]]") == [
                [[1], [2, 3]], [], [[]], [[4]],
            ])
    }
}
