import Foundation
import Testing
import WSEWire

@testable import WSEToolKit

@Suite("wse decode", .timeLimit(.minutes(1)))
struct FrameDecodingTests {
    /// The forms of docs/protocol.md section 4, those of servers first, and what cannot be read.
    private static let forms: Set<String> = [
        "publication", "direct send", "C: zlib", "C: raw deflate", "M: MessagePack", "E: sealed", "bare zlib",
        "bare MessagePack", "PING and PONG", "batch", "priority_message", "2.0.1 prefix", "client JSON",
        "client C:",
        "client MessagePack", "client handshake and heartbeat", "unreadable",
    ]

    private func decode(
        _ input: [UInt8], as form: ByteForm?, lines: Bool = false, key: String? = nil
    ) throws -> (output: String, diagnostics: String, status: ToolStatus) {
        let world = TestConsole(input: input, environment: key.map { ["WSE_KEY": $0] } ?? [:])
        var decoding = FrameDecoding()
        decoding.form = form
        decoding.isLineByLine = lines
        let status = try decoding.run(world.console)
        return (world.output.text, world.diagnostics.text, status)
    }

    @Test("The recorded frames are of every form that the protocol has")
    func complete() {
        #expect(Set(RecordedFrame.all.map(\.form)) == Self.forms)
        #expect(RecordedFrame.all.count == 68)
    }

    @Test("A frame comes out as its events, or as the error and its byte", arguments: RecordedFrame.all)
    func everyFrame(frame: RecordedFrame) throws {
        let hex = frame.bytes.map { String(format: "%02x", $0) }.joined()
        let base64 = Data(frame.bytes).base64EncodedString()
        let inputs: [(ByteForm?, [UInt8])] = [
            (.raw, frame.bytes), (.hex, Array(hex.utf8)), (.base64, Array(base64.utf8)),
            // And when nobody says how it is given.
            (nil, frame.bytes), (nil, Array((hex + "\n").utf8)), (nil, Array((base64 + "\n").utf8)),
        ]
        for (form, input) in inputs {
            let (output, diagnostics, status) = try decode(input, as: form, key: frame.key)
            try frame.check(output: output, diagnostics: diagnostics, exitCode: status.code)
        }
    }

    @Test("With --lines each line is a frame, and an error names its line")
    func lines() throws {
        let good = RecordedFrame.all.filter { $0.code == nil && $0.key == nil }
        let text = good.map { Data($0.bytes).base64EncodedString() }.joined(separator: "\n\n")
        let (output, _, status) = try decode(Array(text.utf8), as: nil, lines: true)
        #expect(
            try output.split(separator: "\n").map { try WSEValue(json: String($0)) }
                == good.flatMap(\.printed))
        #expect(status == .success)

        let bad = try decode(Array("{\"t\":\"a\"}\n{}\n{\"t\":\"b\"}\n".utf8), as: nil, lines: true)
        #expect(bad.output == "{\"type\":\"a\",\"payload\":null}\n{\"type\":\"b\",\"payload\":null}\n")
        #expect(bad.diagnostics.hasPrefix("line 2: invalidEnvelope: "))
        #expect(bad.status == .failure)
    }

    @Test("Line ends of other systems, and lines without anything, are no part of frames")
    func lineEnds() throws {
        let text = "PING:1\r\n\r\n \n{\"t\":\"a\"}\r\n"
        let (output, diagnostics, status) = try decode(Array(text.utf8), as: nil, lines: true)
        #expect(
            output == "{\"heartbeat\":\"PING\",\"milliseconds\":1}\n{\"type\":\"a\",\"payload\":null}\n")
        #expect(diagnostics.isEmpty)
        #expect(status == .success)
    }

    @Test("Digits of a payload stay as they were sent")
    func exactNumbers() throws {
        let input = #"{"t":"x","p":[1.50,123456789012345678901234567890,1e400]}"#
        let (output, _, _) = try decode(Array(input.utf8), as: .raw)
        #expect(output.contains(#""payload":[1.50,123456789012345678901234567890,1e400]"#))
    }

    @Test("One frame is one line, however its JSON is laid out")
    func oneLine() throws {
        let (output, _, _) = try decode(Array("{\"t\":\"x\",\"p\":{\n\t\"a\":\r\n[\n1]}}".utf8), as: .raw)
        #expect(output == "{\"type\":\"x\",\"payload\":{\"a\":[1]}}\n")
    }

    @Test("Hex and base64 may be laid out as people do")
    func laxInput() throws {
        let plain = "{\"type\":\"x\",\"payload\":null}\n"
        #expect(try decode(Array("7B 22:74 22\n3a2278 227d ".utf8), as: .hex).output == plain)
        #expect(try decode(Array("7b:22:74:22:3a:22:78:22:7d\n".utf8), as: nil).output == plain)
        #expect(try decode(Array("eyJ0Ijoi\neCJ9".utf8), as: nil).output == plain)
        // The other alphabet, without padding: the bytes of a `C:` frame.
        let frame = RecordedFrame.all.first { $0.name == "compressed without a header" }
        let base64 = Data(try #require(frame).bytes).base64EncodedString()
        let urlSafe = base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(try decode(Array(urlSafe.utf8), as: .base64).status == .success)
    }

    @Test(
        "Input that is none is told with its byte",
        arguments: [
            (.hex, "7b zz", "not hexadecimal at byte 3"), (.hex, "7b22 7", "byte 6"),
            (.base64, "eyJ0\neyJ!", "not base64 at byte 8"), (.base64, "eyJ0a", "byte 5"),
        ] as [(ByteForm, String, String)])
    func notInForm(form: ByteForm, text: String, words: String) {
        let error = #expect(throws: ToolError.self) { try decode(Array(text.utf8), as: form) }
        #expect(error?.status == .failure)
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test("With --lines, what is not in the form given is told, and the next line is read")
    func linesNotInForm() throws {
        let frame = "7b2274223a2278227d"
        let (output, diagnostics, status) = try decode(
            Array("\(frame)\n7bxy\n\(frame)\n".utf8), as: .hex, lines: true)
        #expect(output.split(separator: "\n").count == 2)
        #expect(diagnostics == "line 2: the input is not hexadecimal at byte 2\n")
        #expect(status == .failure)
    }

    @Test("What would steer a terminal is escaped there, and left as it is in a pipe")
    func steering() throws {
        for isTerminal in [true, false] {
            let world = TestConsole(input: "{\"t\":\"a\u{202E}b\u{9B}\"}", isTerminal: isTerminal)
            #expect(try FrameDecoding().run(world.console) == .success)
            #expect(world.output.text.contains("\u{9B}") != isTerminal)
            #expect(world.output.text.contains(#"a\u202eb\u009b"#) == isTerminal)
            #expect(try WSEValue(json: world.output.text)["type"] == "a\u{202E}b\u{9B}")
        }
    }

    @Test("Nothing on standard input is no frame", arguments: ["", "\n", " \r\n"])
    func empty(text: String) {
        let error = #expect(throws: ToolError.self) { try decode(Array(text.utf8), as: nil) }
        #expect(error?.status == .dataError)
    }

    @Test(
        "A key that is none is told without showing it",
        arguments: ["00ff", String(repeating: "z", count: 64)])
    func badKey(key: String) {
        let error = #expect(throws: ToolError.self) { try decode(Array("{}".utf8), as: .raw, key: key) }
        #expect(error?.status == .dataError)
        #expect(error?.description.contains(key) == false)
    }
}
