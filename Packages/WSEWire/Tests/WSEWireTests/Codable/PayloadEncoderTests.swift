import Testing
import WSEWire

@Suite struct PayloadEncoderTests {
    typealias Key = PayloadDecoderTests.Key

    /// Encodes in both formats, which must agree, and returns the JSON.
    private func encodeBoth(_ value: some Encodable, _ encoder: PayloadEncoder = PayloadEncoder()) throws
        -> String
    {
        let json = String(decoding: try encoder.json(value), as: UTF8.self)
        let pack = try encoder.messagePack(value)
        #expect(try WSEValue(messagePack: pack.span.bytes) == WSEValue(json: json))
        return json
    }

    @Test func structsEncodeInDeclarationOrder() throws {
        let text = try encodeBoth(PayloadDecoderTests.expected)
        #expect(text.hasPrefix(#"{"px":1.5,"qty":3,"side":"sell","sym":"BTC","tags":["a","é"],"nested":{"#))
        #expect(try decodeBoth(PayloadDecoderTests.Trade.self, text) == PayloadDecoderTests.expected)
    }

    @Test func containersOfEverySize() throws {
        for count in [0, 1, 15, 16, 17, 40, 70_000] {
            let array = Array(0..<count)
            #expect(try encodeBoth(array) == "[" + array.map(String.init).joined(separator: ",") + "]")
            let object = Dictionary(uniqueKeysWithValues: array.prefix(300).map { ("k\($0)", [$0]) })
            #expect(try decodeBoth([String: [Int]].self, try encodeBoth(object)) == object)
        }
        let nested = Array(repeating: Array(repeating: Array(repeating: 1, count: 17), count: 18), count: 19)
        #expect(try decodeBoth([[[Int]]].self, try encodeBoth(nested)) == nested)
    }

    @Test func scalarsOfEveryType() throws {
        struct All: Codable, Equatable {
            var a = true, b = "x\"\u{1}", c = 1.5, d = Float(0.1), e = Int.min, f = Int8.min, g = Int16.max,
                h = Int32.min
            var i = Int64.max, j = UInt.max, k = UInt8.max, l = UInt16.max, m = UInt32.max, n = UInt64.max
            var o: Int? = nil, p: [Bool?] = [true, nil], q = Int128(5), r = UInt128(7)
        }
        let bytes = try PayloadEncoder().json(All())
        #expect(try PayloadDecoder().decode(All.self, fromJSON: bytes.span.bytes) == All())
        #expect(
            String(decoding: bytes, as: UTF8.self).contains(
                #""b":"x\"\u0001","c":1.5,"d":0.1,"e":-9223372036854775808"#))
        let pack = try PayloadEncoder().messagePack(All())
        #expect(try PayloadDecoder().decode(All.self, fromMessagePack: pack.span.bytes) == All())
        #expect(
            String(decoding: try PayloadEncoder().json(Int128.max), as: UTF8.self)
                == "170141183460469231731687303715884105727")
        #expect(throws: WireError.self) { try PayloadEncoder().messagePack(Int128.max) }
    }

    /// Any text as a key.
    private struct Name: CodingKey, ExpressibleByStringLiteral {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringLiteral value: String) { stringValue = value }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Fails wherever it stands, sometimes when half of it is written.
    private struct Failing: Encodable {
        struct Failure: Error {}
        var isLate = false

        func encode(to encoder: any Encoder) throws {
            if isLate {
                var container = encoder.container(keyedBy: Name.self)
                try container.encode([1, 2], forKey: "half")
                var nested = container.nestedUnkeyedContainer(forKey: "more")
                try nested.encode("x")
            }
            throw Failure()
        }
    }

    @Test func aMemberWhoseValueFailsIsNotThere() throws {
        struct Object: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Name.self)
                for isLate in [false, true] { try? container.encode(Failing(isLate: isLate), forKey: "a") }
                try container.encode(1, forKey: "b")
                for isLate in [true, false] { try? container.encode(Failing(isLate: isLate), forKey: "c") }
                try container.encode(["d"], forKey: "d")
            }
        }
        struct List: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                for isLate in [false, true] { try? container.encode(Failing(isLate: isLate)) }
                #expect(container.count == 0)
                try container.encode(1)
                for isLate in [true, false] { try? container.encode(Failing(isLate: isLate)) }
                try container.encode(Object())
                #expect(container.count == 2)
            }
        }
        struct Single: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try? container.encode(Failing())
                try? container.encode(Failing(isLate: true))
                try container.encode(7)
            }
        }
        #expect(try encodeBoth(Object()) == #"{"b":1,"d":["d"]}"#)
        #expect(try encodeBoth(List()) == #"[1,{"b":1,"d":["d"]}]"#)
        #expect(try encodeBoth([Single(), Single()]) == "[7,7]")
    }

    /// Leaves out what its format cannot hold.
    private struct Partial: Encodable {
        let list = [WSEValue.double(.nan)]
        let value = WSEValue.array([1, .double(.nan)])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Name.self)
            attempt { try container.encode(Double.nan, forKey: "a") }
            attempt { try container.encode(Float.infinity, forKey: "b") }
            attempt { try container.encode(UInt128.max, forKey: "c") }
            attempt { try container.encode(list, forKey: "d") }
            attempt { try container.encode(value, forKey: "e") }
            try container.encode(2, forKey: "f")
        }

        private func attempt(_ encode: () throws -> Void) {
            do { try encode() } catch {}
        }
    }

    @Test func whatAFormatCannotHoldIsLeftOut() throws {
        let json = String(decoding: try PayloadEncoder().json(Partial()), as: UTF8.self)
        #expect(json == "{\"c\":\(UInt128.max),\"f\":2}")
        let packed = try PayloadEncoder().messagePack(Partial())
        let pack = try WSEValue(messagePack: packed.span.bytes)
        #expect(pack.objectValue?.keys.sorted() == ["a", "b", "d", "e", "f"])
    }

    @Test func pathsAskedForOutOfTurnAreBounded() throws {
        struct Odd: Encodable {
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.unkeyedContainer()
                var inner = outer.nestedUnkeyedContainer()
                var object = inner.nestedContainer(keyedBy: Name.self)
                var late = outer.nestedUnkeyedContainer()
                _ = object.superEncoder().codingPath
                _ = inner.superEncoder().codingPath
                let nested = late.nestedContainer(keyedBy: Name.self)
                _ = (nested.codingPath, late.superEncoder().codingPath)
            }
        }
        _ = try encodeBoth(Odd())
    }

    @Test func typesThatAreFilledInTurnsLoseNoDigits() throws {
        struct Turns: Encodable {
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Name.self)
                var first = outer.nestedContainer(keyedBy: Name.self, forKey: "a")
                var second = outer.nestedUnkeyedContainer(forKey: "b")
                try second.encode(Int128.max)
                try first.encode(ExactNumber("12.50"), forKey: "exact")
                try second.encode(UInt128.max)
                try first.encode(ExactNumber("0.12345678901234567890"), forKey: "long")
                try second.encode(Float(0.1))
                try first.encode(Int128.min, forKey: "wide")
            }
        }
        let json = String(decoding: try PayloadEncoder().json(Turns()), as: UTF8.self)
        for text in [
            #""exact":12.50"#, #""long":0.12345678901234567890"#, #""wide":\#(Int128.min)"#,
            #""b":[\#(Int128.max),\#(UInt128.max),0.1]"#,
        ] { #expect(json.contains(text), "\(json)") }
        struct Small: Encodable {
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.unkeyedContainer()
                var first = outer.nestedUnkeyedContainer()
                var second = outer.nestedUnkeyedContainer()
                try first.encode(Float(0.1))
                try second.encode(Int128(-7))
                try first.encode(UInt128(7))
            }
        }
        let direct: [UInt8] = try [0x92, 0x92] + PayloadEncoder().messagePack(Float(0.1)) + [7, 0x91, 0xF9]
        #expect(try PayloadEncoder().messagePack(Small()) == direct)
    }

    @Test func whatEncodesNothingIsAnEmptyObject() throws {
        struct Nothing: Encodable { func encode(to encoder: any Encoder) throws {} }
        struct Holder: Encodable { var a = Nothing(), b = [Nothing(), Nothing()] }
        #expect(try encodeBoth(Holder()) == #"{"a":{},"b":[{},{}]}"#)
        #expect(try encodeBoth(Nothing()) == "{}")
        #expect(try encodeBoth(Int?.none) == "null")
    }

    @Test func unrepresentableValuesHaveAPath() throws {
        struct Inner: Encodable { var list: [Double] }
        let error = #expect(throws: WireError.self) {
            try PayloadEncoder().json(["a": Inner(list: [1, .nan])])
        }
        #expect(error?.code == .unrepresentable)
        #expect(error?.path == ["a", "list", 1])
        #expect(try WSEValue(encoding: [Double.infinity]) == [.double(.infinity)])
    }

    @Test func keyStrategies() throws {
        struct Camel: Encodable { var oneTwoThree = 1, aURLString = 2, _x = 3, dictionary = ["keptAsIs": 4] }
        var encoder = PayloadEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        #expect(
            try encodeBoth(Camel(), encoder)
                == #"{"one_two_three":1,"a_url_string":2,"_x":3,"dictionary":{"keptAsIs":4}}"#)
        encoder.keyEncodingStrategy = .custom { path in Key(path.map(\.stringValue).joined(separator: "/")) }
        struct Outer: Encodable { struct In: Encodable { var b = 1 }; var a = In() }
        #expect(try encodeBoth(Outer(), encoder) == #"{"a":{"a/b":1}}"#)
    }

    // MARK: Types that use containers in unusual ways

    private struct Custom: Encodable {
        var body: @Sendable (any Encoder) throws -> Void
        func encode(to encoder: any Encoder) throws { try body(encoder) }
    }

    @Test func oneEncoderMayBeAskedForItsContainerTwice() throws {
        let value = Custom { encoder in
            var first = encoder.container(keyedBy: Key.self)
            try first.encode(1, forKey: Key("a"))
            var second = encoder.container(keyedBy: Key.self)
            try second.encode([2], forKey: Key("b"))
            try first.encode(3, forKey: Key("c"))
        }
        #expect(try encodeBoth(["x": value]) == #"{"x":{"a":1,"b":[2],"c":3}}"#)
        let array = Custom { encoder in
            var first = encoder.unkeyedContainer()
            try first.encode(1)
            var second = encoder.unkeyedContainer()
            #expect(second.count == 1)
            try second.encode(2)
        }
        #expect(try encodeBoth(array) == "[1,2]")
    }

    @Test func anotherKindOfContainerReplacesTheFirst() throws {
        let array = Custom { encoder in
            _ = encoder.container(keyedBy: Key.self)
            var container = encoder.unkeyedContainer()
            try container.encode(1)
        }
        #expect(try encodeBoth(["x": array]) == #"{"x":[1]}"#)
        let object = Custom { encoder in
            _ = encoder.unkeyedContainer()
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(1, forKey: Key("a"))
        }
        #expect(try encodeBoth([object]) == #"[{"a":1}]"#)
    }

    @Test func nestedContainers() throws {
        let value = Custom { encoder in
            var object = encoder.container(keyedBy: Key.self)
            var list = object.nestedUnkeyedContainer(forKey: Key("list"))
            try list.encode(1)
            var inner = list.nestedContainer(keyedBy: Key.self)
            try inner.encodeNil(forKey: Key("n"))
            try list.encodeNil()
            var deep = list.nestedUnkeyedContainer()
            try deep.encode("x")
            try object.encode(true, forKey: Key("last"))
            _ = object.nestedContainer(keyedBy: Key.self, forKey: Key("empty"))
        }
        #expect(try encodeBoth(value) == #"{"list":[1,{"n":null},null,["x"]],"last":true,"empty":{}}"#)
    }

    @Test func containersFilledInTurns() throws {
        let value = Custom { encoder in
            var object = encoder.container(keyedBy: Key.self)
            var a = object.nestedUnkeyedContainer(forKey: Key("a"))
            var b = object.nestedContainer(keyedBy: Key.self, forKey: Key("b"))
            try a.encode(1)
            try b.encode(2.5, forKey: Key("x"))
            try a.encode("two")
            try b.encode([UInt8(3)], forKey: Key("y"))
            try object.encode(Float(0.5), forKey: Key("c"))
            try a.encode(false)
        }
        #expect(try encodeBoth(["v": value]) == #"{"v":{"a":[1,"two",false],"b":{"x":2.5,"y":[3]},"c":0.5}}"#)
    }

    @Test func superEncodersFilledLateOrNever() throws {
        let never = Custom { encoder in
            var object = encoder.container(keyedBy: Key.self)
            _ = object.superEncoder()
            try object.encode(1, forKey: Key("a"))
            _ = object.superEncoder(forKey: Key("b"))
        }
        #expect(try encodeBoth(never) == #"{"super":{},"a":1,"b":{}}"#)
        let late = Custom { encoder in
            var object = encoder.container(keyedBy: Key.self)
            let other = object.superEncoder(forKey: Key("late"))
            try object.encode(1, forKey: Key("a"))
            try [2, 3].encode(to: other)
        }
        #expect(try encodeBoth([late]) == #"[{"late":[2,3],"a":1}]"#)
        let element = Custom { encoder in
            var array = encoder.unkeyedContainer()
            try "x".encode(to: array.superEncoder())
            _ = array.superEncoder()
            try array.encode(2)
        }
        #expect(try encodeBoth(element) == #"["x",{},2]"#)
    }

    @Test func aSecondSingleValueReplacesTheFirst() throws {
        let value = Custom { encoder in
            var container = encoder.singleValueContainer()
            try container.encode(1)
            try container.encode("two")
        }
        #expect(try encodeBoth(["a": value]) == #"{"a":"two"}"#)
    }

    @Test func errorsOfTheTypeComeThrough() throws {
        struct Mine: Error {}
        let value = Custom { _ in throw Mine() }
        var bytes: [UInt8] = [7]
        let error = #expect(throws: WireError.self) { try PayloadEncoder().encodeJSON([value], into: &bytes) }
        #expect(error?.underlying is Mine)
        #expect(bytes == [7])
    }

    @Test func containersOfOneKindFilledInTurns() throws {
        let value = Custom { encoder in
            var object = encoder.container(keyedBy: Key.self)
            var a = object.nestedUnkeyedContainer(forKey: Key("a"))
            try a.encode(1)
            var b = object.nestedUnkeyedContainer(forKey: Key("b"))
            try b.encode(2)
            try a.encode(3)
            var c = object.nestedContainer(keyedBy: Key.self, forKey: Key("c"))
            try c.encode(4, forKey: Key("x"))
            var d = object.nestedContainer(keyedBy: Key.self, forKey: Key("d"))
            try c.encode(5, forKey: Key("y"))
            try d.encode(6, forKey: Key("z"))
        }
        #expect(try encodeBoth(value) == #"{"a":[1,3],"b":[2],"c":{"x":4,"y":5},"d":{"z":6}}"#)
        // The last container of a kind is the one that is open; the one before it must not write there.
        for late in 0..<2 {
            let pair = Custom { encoder in
                var object = encoder.container(keyedBy: Key.self)
                if late == 0 {
                    var a = object.nestedUnkeyedContainer(forKey: Key("a"))
                    _ = object.nestedUnkeyedContainer(forKey: Key("b"))
                    try a.encode(1)
                } else {
                    var a = object.nestedContainer(keyedBy: Key.self, forKey: Key("a"))
                    _ = object.nestedContainer(keyedBy: Key.self, forKey: Key("b"))
                    try a.encode(1, forKey: Key("x"))
                }
            }
            #expect(
                try encodeBoth(pair) == (late == 0 ? #"{"a":[1],"b":[]}"# : #"{"a":{"x":1},"b":{}}"#))
        }
    }

    @Test func nestingIsLimitedInWritingToo() throws {
        func nested(_ depth: Int, inObjects: Bool) -> WSEValue {
            (0..<depth).reduce(1) { value, _ in inObjects ? ["a": value] : [value] }
        }
        struct Tree: Encodable {
            var depth: Int
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                if depth > 1 { try container.encode(Tree(depth: depth - 1)) }
            }
        }
        /// Cannot be written in one go.
        struct Late: Encodable {
            var depth: Int
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                let late = container.superEncoder(forKey: Key("late"))
                try container.encode(1, forKey: Key("a"))
                if depth > 1 { try Late(depth: depth - 1).encode(to: late) }
            }
        }
        for inObjects in [false, true] {
            let deepest = nested(1_024, inObjects: inObjects)
            #expect(
                try WSEValue(json: deepest.jsonText(), limits: WireLimits(maximumDepth: 1_024)) == deepest)
            #expect(try WSEValue(encoding: deepest) == deepest)
            for depth in [1_025, 4_000] {
                let value = nested(depth, inObjects: inObjects)
                #expect(throws: WireError.self) { try value.jsonText() }
                #expect(throws: WireError.self) { try value.messagePack() }
                #expect(throws: WireError.self) { try PayloadEncoder().json(value) }
                #expect(throws: WireError.self) { try Envelope(type: "x", payload: value).json() }
                #expect(value.description.contains("…"))
            }
            #expect(throws: WireError.self) { try PayloadEncoder().json(["a": deepest]) }
        }
        for encode in [PayloadEncoder().json, PayloadEncoder().messagePack] as [(Tree) throws -> [UInt8]] {
            #expect(try !encode(Tree(depth: 1_024)).isEmpty)
            for depth in [1_025, 4_000] {
                let error = #expect(throws: WireError.self) { try encode(Tree(depth: depth)) }
                #expect(error?.code == .nestingTooDeep)
            }
        }
        let error = #expect(throws: WireError.self) { try PayloadEncoder().json(Late(depth: 1_500)) }
        #expect(error?.code == .nestingTooDeep)
    }

    @Test(arguments: ["1e-9223372036854775808", "1e9223372036854775807", "-0.5e99999999999999999999"])
    func exponentsBeyondMeasureAreRefusedByMessagePack(_ digits: String) throws {
        let number = try #require(ExactNumber(digits))
        #expect(throws: WireError.self) { try PayloadEncoder().messagePack(number) }
        #expect(String(decoding: try PayloadEncoder().json(number), as: UTF8.self) == digits)
    }
}
