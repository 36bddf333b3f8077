import Testing
import WSEWire

/// Batches as servers write them are read in one pass. White space behind the first bracket makes the same text go the
/// general way, which has to come to the same.
@Suite struct BatchTests {
    static let batch =
        #"{"c":"WSE","p":{"count":3,"messages":[{"c":"U","e":"f","id":"1","o":7,"p":{"k":[1,"}"]},"pri":5,"t":"a","tp":"x","v":1},{"t":"b","wse_processing_ms":1.5},{"type":"c","payload":null,"cid":"\u0031"}]},"t":"batch","v":1}"#

    @Test func limitsStayInTheirRangesHoweverTheyAreSet() {
        var limits = WireLimits()
        limits.maximumMessageSize = .max
        limits.maximumDepth = 500_000
        limits.maximumBatchCount = -1
        #expect(
            limits
                == WireLimits(maximumMessageSize: .max, maximumDepth: 500_000, maximumBatchCount: -1))
        #expect((limits.maximumMessageSize, limits.maximumDepth) == (1 << 31, 1_024))
        #expect(limits.maximumBatchCount == 0)
        let batch = #"{"t":"batch","p":{"messages":[{"t":"a"}]}}"#
        #expect(decode(batch, limits: limits).errors.map(\.code) == [.batchTooLong])
        let compressed = Array("C:".utf8) + deflated(Array(#"{"t":"x"}"#.utf8))
        #expect(decode(compressed, limits: limits).events.map(\.type) == ["x"])
    }

    @Test func holdsItsMessages() throws {
        let events = decode(Self.batch).events
        #expect(events.map(\.type) == ["a", "b", "c"])
        #expect(events[0].stamp == RecoveryStamp(topic: "x", epoch: "f", offset: 7))
        #expect(events[0].payload["k", 1] == "}")
        #expect(events[0].priority == .normal)
        #expect(events[1].processingMilliseconds == 1.5)
        #expect(events[2].correlationID == "1")
        #expect(events.map(\.byteCount) == [81, 33, 42])
    }

    @Test(arguments: [
        #"{"c":"WSE","p":{"messages":[{"t":"a"},{"p":1},7,{"t":"b","o":-1},{"t":"c"}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"},{"t":"b","o":-1},{"p":1},{"t":"c"}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"},{"t":"b","o":99999999999999999999}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[]},"t":"batch"}"#,
        #"{"c":"WSE","p":{},"t":"batch"}"#,
        #"{"c":"WSE","p":{"count":1},"t":"batch"}"#,
        #"{"c":"WSE","p":[{"t":"a"}],"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":{"t":"a"}},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"t":"other"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]}}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"t":"b\u0061tch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}],"mess\u0061ges":[{"t":"b"}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}],"messages":[{"t":"b"},{"t":"c"}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}],"messages":1},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"p":{"messages":[{"t":"b"}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"payload":{"messages":[{"t":"b"}]},"t":"batch"}"#,
        #"{"c":"WSE","payload":{"messages":[{"t":"b"}]},"p":{"messages":[{"t":"a"}]},"t":"batch"}"#,
        #"{"c":"WSE","payload":{"messages":[{"t":"b"}]},"type":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"p":null,"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"t":"other","t":"batch","o":-1}"#,
        #"{"c":"WSE","o":3,"e":"x","tp":"y","p":{"messages":[{"t":"a"}]},"t":"batch"}"#,
        #"{"c":"WSE", "p" : { "messages" : [ { "t" : "a" } , { "t" : "b" } ] , "count" : 2 } , "t" : "batch" } "#,
        #"{"c":"WSE","p":{"messages":[{"t":"a"}]},"t":"batch"}{"#,
        #"{"c":"WSE","p":{"messages":[{"t":"priority_message","o":1,"p":{"message":{"t":"a","o":-1}}},{"t":"batch","p":{"messages":[{"t":"b"},{},7]}}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"messages":[{"t":"batch","p":{"messages":[{"t":"a"},{"t":"b"},{"t":"c"}]}},{"t":"d"}]},"t":"batch"}"#,
        #"{"c":"WSE","p":{"count":[[[[1]]]],"messages":[{"p":[[1]],"t":"a"},{"p":[],"t":"a"},{"p":0,"t":"a"}]},"t":"batch"}"#,
    ])
    func bothWaysAgree(_ text: String) {
        expectAgreement(Array(text.utf8))
    }

    @Test func bothWaysAgreeOnWhatIsCutShort() {
        let bytes = Array(Self.batch.utf8)
        for length in 8..<bytes.count { expectAgreement(Array(bytes[..<length])) }
    }

    @Test(arguments: Array("\"\\{}[],: 0x\u{1}".utf8) + [0x80, 0xFF])
    func bothWaysAgreeOnWhatIsBroken(_ byte: UInt8) {
        var bytes = Array(Self.batch.utf8)
        for index in 8..<bytes.count {
            let original = bytes[index]
            bytes[index] = byte
            expectAgreement(bytes)
            bytes[index] = original
        }
    }

    @Test(arguments: 0...8) func bothWaysAgreeOnLimits(_ limit: Int) {
        let nested =
            #"{"c":"WSE","p":{"messages":[{"p":[[1]],"t":"a"},{"t":"batch","p":{"messages":[{"t":"b"}]}}]},"t":"batch"}"#
        for text in [Self.batch, nested] {
            expectAgreement(Array(text.utf8), limits: WireLimits(maximumBatchCount: limit))
            expectAgreement(Array(text.utf8), limits: WireLimits(maximumDepth: limit))
        }
    }

    private func expectAgreement(_ text: [UInt8], limits: WireLimits = WireLimits()) {
        let quick = decode(text, limits: limits).map { Self.description($0, shift: 1) }
        let general = decode(Array("{ ".utf8) + text[1...], limits: limits).map {
            Self.description($0, shift: 0)
        }
        if quick != general {
            Issue.record("\(String(decoding: text, as: UTF8.self)): \(quick) instead of \(general)")
        }
    }

    /// - Parameter shift: Added to where an error is.
    private static func description(_ item: WireItem, shift: Int) -> String {
        switch item {
        case .event(let event):
            let payload = event.payload.withBytes {
                $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            }
            let texts = [
                event.id, event.timestamp, event.correlationID, event.signature, event.category?.rawValue,
            ]
            return
                "\(event.type) \(event.stamp.map { "\($0)" } ?? "-") \(texts) \(event.version) \(event.priority ?? .low) \(event.sequence ?? -1) \(payload)"
        case .failure(let error):
            return "\(error.code) \(error.message) \(error.byteOffset.map { $0 == 0 ? 0 : $0 + shift } ?? -1)"
        default:
            return "\(item)"
        }
    }
}
