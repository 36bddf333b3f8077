import Testing
import WSEWire

@Suite struct EnvelopeTests {
    static let full = #"""
        {"c":"U","e":"0000007b","id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10","o":1234567,"p":{"px":1.5,"sym":"BTC"},
        "seq":987654,"t":"trade","tp":"market","ts":"2026-11-23T02:39:00.123Z","v":1,"pri":8,"cid":"c-1","sig":"s",
        "wse_processing_ms":3}
        """#

    @Test func everyFieldIsRead() throws {
        let event = try #require(decode(EnvelopeTests.full).first?.event)
        #expect(event.type == "trade")
        #expect(event.internedType == "trade")
        #expect(event.category == .update)
        #expect(event.id == "019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10")
        #expect(event.sequence == 987_654)
        #expect(event.timestamp == "2026-11-23T02:39:00.123Z")
        #expect(event.version == 1)
        #expect(event.priority == .high)
        #expect(event.correlationID == "c-1")
        #expect(event.signature == "s")
        #expect(event.topic == "market")
        #expect(event.epoch == "0000007b")
        #expect(event.offset == 1_234_567)
        #expect(event.stamp == RecoveryStamp(topic: "market", epoch: "0000007b", offset: 1_234_567))
        #expect(event.processingMilliseconds == 3)
        #expect(event.payload.value == ["px": 1.5, "sym": "BTC"])
        #expect(event.payload["sym"] == "BTC")
        #expect(event.byteCount == EnvelopeTests.full.utf8.count)
        event.payload.withBytes { bytes in
            #expect(bytes.byteCount == #"{"px":1.5,"sym":"BTC"}"#.utf8.count)
        }
    }

    @Test func absentFieldsAreNil() throws {
        for text in [
            #"{"t":"x"}"#,
            #"{"t":"x","id":null,"c":null,"seq":null,"ts":null,"pri":null,"cid":null,"sig":null,"tp":null,"e":null,"o":null,"v":null,"wse_processing_ms":null}"#,
        ] {
            let event = try #require(decode(text).first?.event)
            #expect(
                event.id == nil && event.category == nil && event.sequence == nil && event.timestamp == nil)
            #expect(event.priority == nil && event.correlationID == nil && event.signature == nil)
            #expect(event.topic == nil && event.epoch == nil && event.offset == nil && event.stamp == nil)
            #expect(event.version == 1)
            #expect(event.processingMilliseconds == nil)
            #expect(event.payload.isNull)
            #expect(event.payload.value == .null)
            #expect(event.payload["a"] == nil)
        }
    }

    @Test func unusualValuesSurvive() throws {
        let text =
            #"{"t":"a\u0062","c":"Z","id":"","v":300,"pri":-4,"seq":-1,"o":18446744073709551615,"tp":"","e":"é","wse_processing_ms":1.5}"#
        let event = try #require(decode(text).first?.event)
        #expect(event.type == "ab")
        #expect(event.category == MessageCategory(rawValue: "Z"))
        #expect(event.id == "")
        #expect(event.version == 300)
        #expect(event.priority == MessagePriority(rawValue: -4))
        #expect(event.sequence == -1)
        #expect(event.offset == .max)
        #expect(event.topic == "")
        #expect(event.epoch == "é")
        #expect(event.processingMilliseconds == 1.5)
    }

    @Test(arguments: [254, 255, 256, Int.max])
    func numbersAroundAByteAreExact(_ number: Int) throws {
        let event = try #require(decode("{\"t\":\"x\",\"v\":\(number),\"pri\":\(number)}").first?.event)
        #expect(event.version == number)
        #expect(event.priority?.rawValue == number)
    }

    @Test(
        arguments: [
            ("0", 0), ("\"\"", ""), ("[]", []), ("null", nil), ("{}", [:]), ("false", false),
            ("[1,[2]]", [1, [2]]),
            ("\"text\"", "text"), (" { \"a\" : [ true ] } ", ["a": [true]]), ("-1.5e3", -1500.0),
        ] as [(String, WSEValue)])
    func payloadsOfAnyTypeSurvive(_ text: String, _ value: WSEValue) throws {
        for envelope in [
            "{\"p\":\(text),\"t\":\"x\"}", "{\"t\":\"x\",\"p\":\(text)}",
            "{\"type\":\"x\",\"payload\":\(text)}",
        ] {
            let event = try #require(decode(envelope).first?.event)
            #expect(event.payload.value == value)
            #expect(event.payload.isNull == (value == .null))
        }
    }

    @Test func ofSeveralLongStampsTheFirstWins() throws {
        for packed in [false, true] {
            let text = #"{"t":"x","topic":"a","epoch":"e","offset":1,"topic":"b","epoch":"f","offset":2}"#
            let short = text.replacing("topic", with: "tp").replacing("epoch", with: "e")
                .replacing("offset", with: "o")
            for json in [text, short] {
                let items = packed ? decode(packedPairs(json)) : decode(json)
                let event = try #require(items.first?.event)
                #expect(event.stamp == RecoveryStamp(topic: "a", epoch: "e", offset: 1))
            }
        }
    }

    /// An object of texts and small numbers as MessagePack, equal keys and all.
    private func packedPairs(_ json: String) -> [UInt8] {
        let members = json.dropFirst().dropLast().split(separator: ",").map { $0.split(separator: ":") }
        func text(_ quoted: Substring) -> [UInt8] {
            let bytes = Array(quoted.dropFirst().dropLast().utf8)
            return [0xA0 + UInt8(bytes.count)] + bytes
        }
        return Array("M:".utf8) + [0x80 + UInt8(members.count)]
            + members.flatMap { text($0[0]) + ($0[1].first == "\"" ? text($0[1]) : [UInt8($0[1]) ?? 0]) }
    }

    @Test func longNamesAreUnderstoodAndYieldToShortOnes() throws {
        let long = try #require(
            decode(#"{"type":"a","payload":{"x":1},"topic":"b","epoch":"c","offset":9}"#).first?.event)
        #expect(long.type == "a")
        #expect(long.payload["x"] == 1)
        #expect(long.stamp == RecoveryStamp(topic: "b", epoch: "c", offset: 9))
        for text in [
            #"{"type":"long","t":"short","payload":1,"p":2,"offset":1,"o":2,"topic":"l","tp":"s","epoch":"l","e":"s"}"#,
            #"{"t":"short","type":"long","p":2,"payload":1,"o":2,"offset":1,"tp":"s","topic":"l","e":"s","epoch":"l"}"#,
        ] {
            let event = try #require(decode(text).first?.event)
            #expect(event.type == "short")
            #expect(event.payload.value == 2)
            #expect(event.stamp == RecoveryStamp(topic: "s", epoch: "s", offset: 2))
        }
    }

    @Test func theLastOfEqualKeysWins() throws {
        let event = try #require(
            decode(#"{"t":"a","t":"b","seq":1,"s\u0065q":2,"p":1,"p":{"k":1,"k":2}}"#).first?.event)
        #expect(event.type == "b")
        #expect(event.sequence == 2)
        #expect(event.payload["k"] == 2)
    }

    @Test func unknownKeysAreIgnored() throws {
        let event = try #require(
            decode(#"{"x":{"t":"no"},"tt":1,"pp":2,"a_key_longer_than_all_of_the_others":[],"t":"yes","":0}"#)
                .first?.event)
        #expect(event.type == "yes")
    }

    @Test(
        arguments: [
            (#"{"p":1}"#, 0), (#"{}"#, 0), (#"{"t":null}"#, 0), (#"{"t":1}"#, 5), (#"{"t":"x","o":-1}"#, 13),
            (#"{"t":"x","o":18446744073709551616}"#, 13), (#"{"t":"x","o":1.0}"#, 13),
            (#"{"t":"x","seq":"1"}"#, 15),
            (#"{"t":"x","id":7}"#, 14), (#"{"t":"x","tp":[]}"#, 14), (#"{"t":"x","pri":1e1}"#, 15),
            (#"[]"#, 0), (#"7"#, 0),
        ] as [(String, Int)])
    func whatIsNoEnvelopeIsRefused(_ text: String, at byte: Int) throws {
        let error = try #require(decode(text).errors.first)
        #expect(error.code == .invalidEnvelope)
        #expect(error.byteOffset == byte)
    }

    @Test func errorsNeverShowTheBytes() throws {
        let error = try #require(decode(#"{"t":"secret","p":{"password":hunter2}}"#).errors.first)
        #expect(!error.description.contains("hunter"))
        #expect(error.byteOffset == 30)
        let event = try #require(decode(#"{"t":"x","p":{"password":"hunter2"}}"#).events.first)
        #expect(!event.description.contains("hunter"))
    }

    @Test func typesTopicsAndEpochsAreShared() throws {
        let decoder = TestDecoder()
        for _ in 0..<2 { decoder.decode(EnvelopeTests.full) }
        let events = decoder.items.events
        #expect(events.count == 2)
        #expect(events[0].internedType == events[1].internedType)
        #expect(events[0].stamp == events[1].stamp)
    }

    @Test func manyTopicsStayDistinct() throws {
        let decoder = TestDecoder()
        for index in 0..<70_000 {
            decoder.decode("{\"t\":\"x\",\"tp\":\"topic-\(index)\"}")
        }
        for (index, event) in decoder.items.events.enumerated() where event.topic != "topic-\(index)" {
            Issue.record("event \(index) has topic \(event.topic ?? "none")")
        }
    }

    @Test func nestingCountsTheEnvelope() throws {
        let limits = WireLimits(maximumDepth: 3)
        #expect(decode(#"{"t":"x","p":[[]]}"#, limits: limits).events.count == 1)
        #expect(decode(#"{"t":"x","p":[[[]]]}"#, limits: limits).errors.first?.code == .nestingTooDeep)
        #expect(decode(#"{"t":"x","other":[[[]]]}"#, limits: limits).errors.first?.code == .nestingTooDeep)
    }

    @Test(arguments: ["", "\"topic\":\"old\",\"epoch\":\"old\",\"offset\":1,"])
    func theServersStampInFrontWinsOverTheApplications(others: String) throws {
        let event = try #require(
            decode(
                "{\"tp\":\"m\",\"e\":\"0000007b\",\"o\":3,\(others)\"t\":\"x\",\"p\":{\"o\":9},"
                    + "\"o\":7,\"e\":\"app\",\"tp\":\"n\"}"
            ).events.first)
        #expect(event.stamp == RecoveryStamp(topic: "m", epoch: "0000007b", offset: 3))
        #expect(event.payload["o"] == 9)
        let nulled = try #require(decode(#"{"tp":"m","e":"f","o":3,"t":"x","o":null}"#).events.first)
        #expect(nulled.stamp == RecoveryStamp(topic: "m", epoch: "f", offset: 3))
    }

    @Test func sharedStringsStayApart() throws {
        // Parts that are equal when put together, in each other's place, absent and empty, escaped and not.
        let parts: [(String, String?, String?)] = [
            ("ab", "c", "d"), ("a", "bc", "d"), ("ab", "d", "c"), ("c", "ab", "d"), ("ab", "cd", nil),
            ("ab", nil, "cd"), ("ab", "cd", ""), ("ab", "", "cd"), ("abcd", nil, nil), ("abcd", "", ""),
            ("", "", ""), ("", nil, nil), ("12345678", "12345678", "12345679"),
            ("12345678", "12345679", "12345678"), (String(repeating: "t", count: 300), "long", nil),
        ]
        let decoder = TestDecoder()
        for isEscaped in [false, true, false] {
            for (type, topic, epoch) in parts {
                func quoted(_ text: String) -> String {
                    isEscaped
                        ? "\"" + text.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
                            + "\""
                        : "\"\(text)\""
                }
                var text = "{\"t\":" + quoted(type)
                if let topic { text += ",\"tp\":" + quoted(topic) }
                if let epoch { text += ",\"epoch\":" + quoted(epoch) }
                decoder.decode(text + "}")
                let event = try #require(decoder.items.last?.event)
                #expect(event.type == type && event.topic == topic && event.epoch == epoch)
                #expect(event.internedType == InternedString(type))
            }
        }
    }
}
