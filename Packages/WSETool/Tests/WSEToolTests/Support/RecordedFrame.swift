import Foundation
import Testing
import WSEWire

/// A line of Frames/frames.jsonl; see make_frames.py.
struct RecordedFrame: Sendable, CustomTestStringConvertible {
    let name: String
    /// Which form of docs/protocol.md section 4 it is of.
    let form: String
    let bytes: [UInt8]
    let key: String?
    /// What is printed, one value for each line.
    let printed: [WSEValue]
    /// The code of the error, and the byte it names.
    let code: String?
    let byte: Int?

    var testDescription: String { name }

    static let all: [RecordedFrame] = {
        guard let url = Bundle.module.url(forResource: "Frames/frames", withExtension: "jsonl"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return text.split(separator: "\n").compactMap { RecordedFrame(String($0)) }
    }()

    private init?(_ line: String) {
        guard let value = try? WSEValue(json: line), let name = value["name"]?.stringValue,
            let form = value["form"]?.stringValue, let base64 = value["base64"]?.stringValue,
            let bytes = Data(base64Encoded: base64), let printed = value["printed"]?.arrayValue
        else { return nil }
        self.name = name
        self.form = form
        self.bytes = Array(bytes)
        self.printed = printed
        key = value["key"]?.stringValue
        code = value["code"]?.stringValue
        byte = value["byte"]?.intValue
    }

    /// Compares what a command printed and said with what it should have.
    func check(
        output: String, diagnostics: String, exitCode: Int32,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lines = try output.split(separator: "\n").map { try WSEValue(json: String($0)) }
        #expect(lines == printed, sourceLocation: sourceLocation)
        #expect(exitCode == (code == nil ? 0 : 1), sourceLocation: sourceLocation)
        guard let code else { return }
        #expect(diagnostics.hasPrefix("\(code): "), "\(diagnostics)", sourceLocation: sourceLocation)
        if let byte {
            #expect(
                diagnostics.contains(" at byte \(byte)\n"), "\(diagnostics)", sourceLocation: sourceLocation)
        }
    }
}
