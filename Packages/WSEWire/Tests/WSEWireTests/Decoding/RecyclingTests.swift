import Testing

@testable import WSEWire

/// Memory of events that nobody holds any more is filled anew, and that shows nowhere.
@Suite struct RecyclingTests {
    private func text(
        _ type: String, topic: String, offset: Int, payload: String = #"{"px":1}"#, extra: String = ""
    ) -> String {
        #"{"c":"U","e":"0000007b","id":"a","o":\#(offset),"p":\#(payload),"t":"\#(type)","tp":"\#(topic)"\#(extra),"v":1}"#
    }

    @Test func `an event in recycled memory is its own in every field`() throws {
        let decoder = TestDecoder()
        // Equal in length, so that each takes the memory of the one before.
        decoder.decode(
            #"{"t":"aaa","tp":"top1","e":"00000001","o":7,"pri":8,"seq":12,"cid":"x","sig":"s","p":{"a":1}}"#)
        decoder.recycle()
        decoder.decode(
            #"{"t":"bbb","p":[1,2,3],"ts":"2026-01-01T00:00:00Z","category":"other","more":"unknown members"}"#
        )
        let event = try #require(decoder.items.events.first)
        #expect(event.type == "bbb")
        #expect(event.topic == nil && event.epoch == nil && event.offset == nil && event.stamp == nil)
        #expect(event.priority == nil && event.sequence == nil && event.correlationID == nil)
        #expect(event.signature == nil && event.id == nil && event.category == nil)
        #expect(event.timestamp == "2026-01-01T00:00:00Z")
        #expect(event.payload.value == [1, 2, 3])
    }

    @Test func `an event that is still held stays as it is`() throws {
        let decoder = TestDecoder()
        decoder.decode(text("trade", topic: "a", offset: 1))
        let kept = try #require(decoder.items.events.first)
        decoder.recycle()
        for offset in 2...9 {
            decoder.decode(text("quote", topic: "b", offset: offset, payload: #"{"px":2}"#))
            decoder.recycle()
        }
        #expect(kept.type == "trade" && kept.topic == "a" && kept.offset == 1)
        #expect(kept.payload["px"] == 1)
    }

    @Test func `a payload that is still held keeps its event's memory`() throws {
        let decoder = TestDecoder()
        decoder.decode(text("trade", topic: "a", offset: 1))
        let payload = try #require(decoder.items.events.first?.payload)
        decoder.recycle()
        for offset in 2...9 {
            decoder.decode(text("trade", topic: "a", offset: offset, payload: #"{"px":2}"#))
            decoder.recycle()
        }
        #expect(payload["px"] == 1)
    }

    @Test func `events of all lengths come out whole`() throws {
        let decoder = TestDecoder()
        for round in 0..<3 {
            for length in 0..<1_200 {
                let filler = String(repeating: "x", count: length)
                decoder.decode(text("t\(length % 7)", topic: "a\(round)", offset: length, payload: "\"\(filler)\""))
                if length % 5 == 4 {
                    for event in decoder.items.events {
                        #expect(event.topic == "a\(round)")
                        #expect(event.payload.value.stringValue?.utf8.count == event.offset.map { Int($0) })
                    }
                    decoder.recycle()
                }
            }
        }
    }

    @Test func `what cannot be read leaves nothing behind`() throws {
        let decoder = TestDecoder()
        let good = text("trade", topic: "a", offset: 1)
        decoder.decode(good)
        decoder.recycle()
        // As long as the good one, and broken at its end, when half of the fields are found.
        decoder.decode(String(good.dropLast()) + "x")
        #expect(decoder.items.events.isEmpty && decoder.items.errors.count == 1)
        decoder.items = []
        decoder.decode(good.replacing("trade", with: "quote"))
        #expect(decoder.items.events.first?.type == "quote")
        #expect(decoder.items.events.first?.offset == 1)
    }

    @Test func `MessagePack and JSON use the same memory`() throws {
        let envelope = Envelope(type: "trade", payload: ["px": 1], stamp: RecoveryStamp(topic: "a", epoch: "e", offset: 3))
        let decoder = TestDecoder()
        for _ in 0..<3 {
            decoder.decode(try envelope.messagePack())
            decoder.decode(try envelope.json())
            for event in decoder.items.events {
                #expect(event.type == "trade" && event.offset == 3 && event.payload["px"] == 1)
            }
            decoder.recycle()
        }
    }

    @Test func `what wraps an event leaves its stamp to its own event alone`() throws {
        let inner = #"{"t":"trade","p":{"px":1}}"#
        let outer = #"{"t":"priority_message","tp":"a","e":"0000007b","o":5,"p":{"message":\#(inner)}}"#
        let decoder = TestDecoder()
        for _ in 0..<3 {
            decoder.decode(outer)
            #expect(decoder.items.events.first?.offset == 5)
            decoder.recycle()
            decoder.decode(inner)
            #expect(decoder.items.events.first?.stamp == nil)
            decoder.recycle()
        }
    }
}

@Suite struct SpareStorageTests {
    private func bringBack(_ decoder: TestDecoder, to spare: inout SpareStorages) {
        var events = decoder.items.events
        decoder.items = []
        while let storage = events.popLast()?.storage { spare.put(storage) }
    }

    @Test func `what is kept is bounded, counting all that an event takes`() throws {
        let decoder = TestDecoder()
        for _ in 0..<20_000 { decoder.decode(#"{"t":""}"#) }
        var spare = SpareStorages()
        bringBack(decoder, to: &spare)
        #expect(spare.byteCount <= SpareStorages.maximumByteCount)
        // Some 112 bytes each and not the 16 that their text takes.
        #expect(spare.count > 5_000 && spare.count < 12_000)
        spare.removeAll()
        #expect(spare.count == 0 && spare.byteCount == 0)
    }

    @Test func `strings that no other event has do not stay`() throws {
        let decoder = TestDecoder()
        let long = String(repeating: "t", count: InternTable.maximumLength + 1)
        var spare = SpareStorages()
        weak var gone: InternedString.Storage?
        weak var kept: InternedString.Storage?
        do {
            decoder.decode(#"{"t":"\#(long)"}"#)
            decoder.decode(#"{"t":"short"}"#)
            gone = decoder.items.events[0].storage.fields.shared.type
            kept = decoder.items.events[1].storage.fields.shared.type
            bringBack(decoder, to: &spare)
        }
        #expect(gone == nil)
        #expect(kept != nil)
    }
}
