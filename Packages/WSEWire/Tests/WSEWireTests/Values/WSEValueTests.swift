import Testing
import WSEWire

@Suite struct WSEValueTests {
    @Test func literalsAndAccess() {
        let order: WSEValue = [
            "symbol": "BTC", "quantity": 3, "limit": 42_000.5, "tags": ["a", "b"], "open": true, "x": nil,
        ]
        #expect(order["symbol"]?.stringValue == "BTC")
        #expect(order["quantity"]?.intValue == 3)
        #expect(order["quantity"]?.doubleValue == 3)
        #expect(order["limit"]?.intValue == nil)
        #expect(order["tags", 1] == "b")
        #expect(order["tags", 2] == nil)
        #expect(order["tags", -1] == nil)
        #expect(order["open"]?.boolValue == true)
        #expect(order["x"]?.isNull == true)
        #expect(order["missing"] == nil)
        #expect(order.symbol == "BTC")
        #expect(order.tags?[0] == "a")
        var changed = order
        changed["quantity"] = 4
        changed["open"] = nil
        #expect(changed["quantity"] == 4 && changed["open"] == nil && order["quantity"] == 3)
        #expect(WSEValue(UInt64(5)) == 5)
        #expect(WSEValue(UInt64.max).uintValue == .max)
        #expect(WSEValue.double(3).intValue == 3)
        #expect(WSEValue.int(-1).uintValue == nil)
    }

    @Test func printsForPeople() {
        let value: WSEValue = [
            "b": [1, -2.5, nil], "a": "x\n\"", "c": .binary([0xAB, 0]), "d": .double(.nan),
        ]
        #expect(value.description == #"{"a": "x\n\"", "b": [1, -2.5, null], "c": <ab00>, "d": nan}"#)
        #expect(WSEValue.ext(type: 5, data: [1]).description == "ext(5, <01>)")
        #expect(WSEValue(MessagePackTimestamp(seconds: 0)).description == "1970-01-01T00:00:00Z")
    }

    @Test func digitsAreExact() throws {
        let text =
            #"{"t":"x","p":{"px":12345678901234567890.123456789000,"n":{"a":[-1.50e-7,"1"]},"i":007e1}}"#
        #expect(decode(text).errors.count == 1)
        let event = try #require(decode(text.replacing("007e1", with: "7")).events.first)
        #expect(event.payload.digits("px") == "12345678901234567890.123456789000")
        #expect(event.payload.digits("n", "a", 0) == "-1.50e-7")
        #expect(event.payload.digits("n", "a", 1) == nil)
        #expect(event.payload.digits("n") == nil)
        #expect(event.payload.digits("missing") == nil)
        #expect(event.payload.digits("i") == "7")
    }

    @Test func theEndOfAPathIsReadAsAValueIs() throws {
        let json =
            #"{"t":"x","p":{"a":{"b":true,"i":7,"u":18446744073709551615,"d":1.5,"s":"x","l":[1],"o":{}}}}"#
        let a = try #require(decode(json).events.first).payload.a
        #expect(a.b.boolValue == true)
        #expect(a.i.intValue == 7)
        #expect(a.u.uintValue == .max)
        #expect(a.u.intValue == nil)
        #expect(a.d.doubleValue == 1.5)
        #expect(a.s.stringValue == "x")
        #expect(a.l.arrayValue == [1])
        #expect(a.o.objectValue == [:])
        #expect(a.missing.stringValue == nil)
        #expect("\(a.i) \(a.l) \(a.missing)" == "7 [1] nil")
        let bytes = Array(
            "\u{82}\u{A1}t\u{A1}x\u{A1}p\u{81}\u{A1}b\u{C4}\u{01}!".unicodeScalars.map { UInt8($0.value) })
        let packed = try #require(decode(bytes, as: .binary).events.first)
        #expect(packed.payload.b.binaryValue == [0x21])
    }

    @Test func payloadPathsReadWithoutBuilding() throws {
        let event = try #require(
            decode(#"{"t":"x","p":{"user":{"tags":["a",{"b":2}],"é":1,"\u0061b":3},"user2":0}}"#).events.first
        )
        #expect(event.payload.user.tags[0] == "a")
        #expect(event.payload.user.tags[1] == ["b": 2])
        #expect(event.payload.user.ab.value == 3)
        #expect(event.payload.user["é"] == 1)
        #expect(event.payload.user.missing.value == nil)
        #expect(event.payload["user", "tags", 1, "b"] == 2)
        #expect(event.payload["user", "tags", 2] == nil)
        #expect(event.payload[0] == nil)
        let array = try #require(decode(#"{"t":"x","p":[ 1 , [2] , {"a":3} ]}"#).events.first)
        #expect(array.payload[0] == 1 && array.payload[1] == [2] && array.payload[2, "a"] == 3)
        #expect(array.payload[3] == nil && array.payload[-1] == nil && array.payload["a"] == nil)
    }

    @Test func unrepresentableValuesAreRefusedAndLeaveNothing() throws {
        for value: WSEValue in [.double(.nan), .double(.infinity), [.double(-.infinity)]] {
            #expect(throws: WireError.self) { try value.jsonText() }
            var bytes: [UInt8] = [1]
            #expect(throws: WireError.self) {
                try Envelope(type: "x", payload: value).encodeJSON(into: &bytes)
            }
            #expect(bytes == [1])
        }
    }
}
