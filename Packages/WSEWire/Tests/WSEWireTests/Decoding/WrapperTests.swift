import Testing
import WSEWire

@Suite struct WrapperTests {
    @Test func batchesAreUnpackedInOrder() throws {
        let items = decode(
            #"{"c":"WSE","t":"batch","id":"outer","tp":"outer","e":"e","o":5,"p":{"count":3,"messages":[{"t":"a","id":"1","tp":"x","e":"e","o":0},{"type":"b","payload":{"k":1},"id":"2"},{"c":"S","t":"c","p":0}]}}"#
        )
        let events = items.events
        #expect(items.count == 3)
        #expect(events.map(\.type) == ["a", "b", "c"])
        #expect(events.map(\.id) == ["1", "2", nil])
        #expect(events[0].stamp == RecoveryStamp(topic: "x", epoch: "e", offset: 0))
        #expect(events[1].stamp == nil)
        #expect(events[1].payload["k"] == 1)
        #expect(events[2].payload.value == 0)
        #expect(events[2].category == .snapshot)
    }

    @Test func aBrokenMessageHidesNoSibling() throws {
        let text = #"{"t":"batch","p":{"messages":[{"t":"a"},{"p":1},7,{"t":"b","o":-1},{"t":"c"}]}}"#
        let items = decode(text)
        #expect(items.count == 5)
        #expect(items[0].event?.type == "a")
        #expect(items[1].error == WireError(.invalidEnvelope, "the envelope has no type", byteOffset: 40))
        #expect(items[2].error?.byteOffset == 48)
        #expect(items[3].error?.code == .invalidEnvelope)
        #expect(items[4].event?.type == "c")
    }

    @Test func batchesMayNestABit() throws {
        func nested(_ levels: Int) -> String {
            levels == 0
                ? #"{"t":"leaf"}"#
                : #"{"t":"batch","p":{"messages":[{"t":"before"},\#(nested(levels - 1)),{"t":"after"}]}}"#
        }
        #expect(decode(nested(8)).events.count == 17)
        let items = decode(nested(9))
        #expect(items.errors.map(\.code) == [.nestingTooDeep])
        #expect(items.events.count == 16)
    }

    @Test func batchLengthIsLimitedAcrossLevels() throws {
        let limits = WireLimits(maximumBatchCount: 3)
        func batch(_ messages: [String]) -> String {
            #"{"t":"batch","p":{"messages":["# + messages.joined(separator: ",") + "]}}"
        }
        let leaf = #"{"t":"x"}"#
        #expect(decode(batch([leaf, leaf, leaf]), limits: limits).events.count == 3)
        #expect(
            decode(batch([leaf, leaf, leaf, leaf]), limits: limits).errors.map(\.code) == [.batchTooLong])
        #expect(decode(batch([batch([leaf, leaf])]), limits: limits).events.count == 2)
        #expect(
            decode(batch([batch([leaf, leaf, leaf])]), limits: limits).errors.map(\.code) == [.batchTooLong])
    }

    @Test func anEmptyBatchHoldsNothing() {
        #expect(decode(#"{"t":"batch","p":{"messages":[]}}"#).isEmpty)
    }

    @Test(arguments: [#""p":{"x":1}"#, #""p":{"messages":7}"#, #""p":[]"#, #""id":"1""#])
    func anApplicationsOwnBatchIsAnEvent(_ rest: String) {
        #expect(decode("{\"t\":\"batch\",\(rest)}").events.map(\.type) == ["batch"])
    }

    @Test func priorityMessagesAreUnwrapped() throws {
        let own = decode(
            #"{"t":"priority_message","tp":"o","e":"e","o":1,"p":{"priority":8,"message":{"t":"a","id":"7","tp":"i","e":"f","o":0,"p":[1]}}}"#
        )
        #expect(own.events.first?.type == "a")
        #expect(own.events.first?.id == "7")
        #expect(own.events.first?.stamp == RecoveryStamp(topic: "i", epoch: "f", offset: 0))
        #expect(own.events.first?.payload[0] == 1)
        let outer = decode(#"{"t":"priority_message","tp":"o","e":"e","o":1,"p":{"message":{"t":"a"}}}"#)
        #expect(outer.events.first?.stamp == RecoveryStamp(topic: "o", epoch: "e", offset: 1))
        #expect(
            decode(#"{"t":"priority_message","p":{"message":"text"}}"#).events.first?.type
                == "priority_message")
        let wrapped = decode(
            #"{"t":"priority_message","p":{"message":{"t":"batch","p":{"messages":[{"t":"a"},{"t":"b"}]}}}}"#)
        #expect(wrapped.events.map(\.type) == ["a", "b"])
    }

    @Test func offsetsCountFromTheOutermostMessage() throws {
        let text =
            #"{"t":"batch","p":{"messages":[{"t":"a"},{"t":"priority_message","p":{"message":{"t":"batch","p":{"messages":[{"t":"b"},{"t":!},{"t":"c","o":-1}]}}}}]}}"#
        // Broken inside of a string's place the whole text would be no JSON; so each message is broken in meaning.
        let valid = text.replacing("!", with: "7")
        let errors = decode(valid).errors
        let utf8 = Array(valid.utf8)
        #expect(errors.count == 2)
        #expect(errors.map { $0.byteOffset.map { utf8[$0] } } == [UInt8(ascii: "7"), UInt8(ascii: "-")])
    }

    @Test func aBatchTooLongNamesItsFirstMessageTooMany() throws {
        let limits = WireLimits(maximumBatchCount: 2)
        for text in [
            #"{"t":"batch","p":{"messages":[{"t":"a"},{"t":"b"},[]]}}"#,
            #"{"t":"batch","p":{"messages":[{"t":"batch","p":{"messages":[{"t":"b"},[],7]}}]}}"#,
        ] {
            let error = try #require(decode(text, limits: limits).errors.first)
            #expect(error.code == .batchTooLong)
            #expect(error.byteOffset.map { Array(text.utf8)[$0] } == UInt8(ascii: "["))
        }
    }
}
