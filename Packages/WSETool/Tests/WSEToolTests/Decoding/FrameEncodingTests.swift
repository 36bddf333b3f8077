import Foundation
import Testing
import WSEWire

@testable import WSEToolKit

@Suite("wse encode", .timeLimit(.minutes(1)))
struct FrameEncodingTests {
    private static let key = String(repeating: "0f", count: 32)

    private func encode(
        _ input: String = "", environment: [String: String] = [:], isTerminal: Bool = false,
        _ configure: (inout FrameEncoding) -> Void = { _ in }
    ) throws -> [UInt8] {
        let world = TestConsole(input: input, environment: environment, isTerminal: isTerminal)
        var encoding = FrameEncoding()
        configure(&encoding)
        try encoding.run(world.console)
        return world.output.bytes
    }

    private func decode(_ frame: [UInt8]) throws -> String {
        let world = TestConsole(input: frame, environment: ["WSE_KEY": Self.key])
        _ = try FrameDecoding().run(world.console)
        return world.output.text
    }

    @Test("Type and payload become a frame of the form asked for")
    func words() throws {
        func frame(_ format: FrameEncoding.Format) throws -> [UInt8] {
            try encode {
                $0.type = "order"
                $0.payload = #"{"qty":3}"#
                $0.priority = "high"
                $0.format = format
            }
        }
        #expect(
            String(decoding: try frame(.json), as: UTF8.self)
                == #"{"c":"U","t":"order","v":1,"pri":8,"p":{"qty":3}}"#)
        #expect(
            String(decoding: try frame(.prefixed), as: UTF8.self)
                == #"U{"t":"order","v":1,"pri":8,"p":{"qty":3}}"#)
        let map = try frame(.bareMessagepack)
        #expect(map.first == 0x85)
        #expect(try frame(.messagepack) == Array("M:".utf8) + map)
    }

    @Test(
        "What was decoded can be encoded, and decodes to the same", arguments: FrameEncoding.Format.allCases)
    func roundTrip(format: FrameEncoding.Format) throws {
        let event =
            #"{"type":"trade","category":"S","id":"m","timestamp":"2026-11-23T02:39:00.123Z","sequence":7,"priority":8,"#
            + #""correlation_id":"q","signature":"ab","topic":"prices","epoch":"0000007b","offset":0,"#
            + #""payload":{"note":"é","px":42.25}}"# + "\n"
        let frame = try encode(event) { $0.format = format }
        #expect(try decode(frame) == event)
    }

    @Test("The names of the wire are understood, too")
    func wireNames() throws {
        let text = #"{"c":"U","t":"x","id":"i","seq":1,"v":2,"pri":5,"cid":"q","tp":"a","e":"b","o":3,"p":0}"#
        #expect(String(decoding: try encode(text), as: UTF8.self) == text)
    }

    @Test("A compressed and a sealed frame open again")
    func layers() throws {
        let payload = #"{"pad":"\#(String(repeating: "x", count: 2_000))"}"#
        let compressed = try encode {
            $0.type = "x"
            $0.payload = payload
            $0.isCompressed = true
        }
        #expect(compressed.starts(with: "C:".utf8))
        #expect(compressed.count < 200)
        let sealed = try encode(environment: ["WSE_KEY": Self.key]) {
            $0.type = "x"
            $0.payload = payload
            $0.isCompressed = true
            $0.isSealed = true
        }
        #expect(sealed.starts(with: "E:".utf8))
        let event = #"{"type":"x","category":"U","payload":\#(payload)}"# + "\n"
        #expect(try decode(compressed) == event)
        #expect(try decode(sealed) == event)
    }

    @Test("On a terminal the bytes are hex, in a pipe they are themselves")
    func form() throws {
        #expect(try encode(isTerminal: true) { $0.type = "x" }.starts(with: "7b2263223a2255".utf8))
        #expect(try encode { $0.type = "x" }.starts(with: #"{"c":"U""#.utf8))
        #expect(try encode { ($0.type, $0.form) = ("x", .base64) }.starts(with: "eyJjIjoiVSI".utf8))
    }

    @Test(
        "What is no event is refused",
        arguments: [
            "[]", "{}", #"{"type":7}"#, #"{"type":"x","offset":-1}"#, #"{"type":"x","topic":"a"}"#,
            #"{"type":"x","timestamp":"yesterday"}"#, #"{"type":"x","timestamp":"2026-02-31T00:00:00.000Z"}"#,
            #"{"type":"x""#,
        ])
    func notAnEvent(text: String) {
        let error = #expect(throws: ToolError.self) { try encode(text) }
        #expect(error?.status == .dataError)
    }

    @Test("Options that would do nothing are refused")
    func contradictions() {
        for change: (inout FrameEncoding) -> Void in [
            { $0.priority = "high" }, { $0.correlationID = "7" },
            { ($0.type, $0.format, $0.isCompressed) = ("x", .prefixed, true) },
        ] {
            var encoding = FrameEncoding()
            change(&encoding)
            let world = TestConsole(input: #"{"type":"x"}"#)
            let error = #expect(throws: ToolError.self) { try encoding.run(world.console) }
            #expect(error?.status == .usage)
            #expect(world.output.bytes.isEmpty)
        }
    }

    @Test("Sealing without a key is refused")
    func noKey() {
        let error = #expect(throws: ToolError.self) {
            try encode {
                $0.type = "x"
                $0.isSealed = true
            }
        }
        #expect(error?.status == .usage)
    }
}
