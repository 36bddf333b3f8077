import Foundation
import Testing
import WSETransport

@Suite("README")
struct ReadmeTests {
    private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private func readme() throws -> String {
        let file = folder.appendingPathComponent("../../../README.md").standardizedFileURL
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// Lines without indentation and blank lines, so that only the code counts.
    private func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test("Every Swift example is one that is compiled and run")
    func examples() throws {
        let source = try String(
            contentsOf: folder.appendingPathComponent("ReadmeExamples.swift"), encoding: .utf8)
        let code = "\n" + lines(source).joined(separator: "\n") + "\n"
        let blocks = try readme().components(separatedBy: "```swift\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
            .filter { !$0.hasPrefix(".product") }
        #expect(blocks.count == 7)
        for block in blocks {
            let example = "\n" + lines(block).joined(separator: "\n") + "\n"
            let isCompiled = code.contains(example)
            #expect(isCompiled, "not among the compiled examples:\n\(block)")
        }
    }

    @Test("The table of limits shows the defaults")
    func limits() throws {
        let configuration = WebSocketConfiguration()
        let rows = [
            ("limits.inboundFrame", "\(configuration.limits.inboundFrame >> 20) MiB"),
            ("limits.inboundMessage", "\(configuration.limits.inboundMessage >> 20) MiB"),
            ("limits.outboundMessage", "\(configuration.limits.outboundMessage >> 20) MiB"),
            ("limits.handshake", "\(configuration.limits.handshake >> 10) KiB"),
            ("limits.refusalBody", "\(configuration.limits.refusalBody >> 10) KiB"),
            ("limits.receiveBuffer", "\(configuration.limits.receiveBuffer >> 10) KiB"),
            ("output.lowWatermark", "\(configuration.output.lowWatermark >> 10) KiB"),
            ("output.highWatermark", "\(configuration.output.highWatermark >> 10) KiB"),
            ("output.limit", "\(configuration.output.limit >> 20) MiB"),
            ("timeouts.connect", "\(configuration.timeouts.connect.components.seconds) s"),
            ("timeouts.handshake", "\(configuration.timeouts.handshake.components.seconds) s"),
            ("timeouts.close", "\(configuration.timeouts.close.components.seconds) s"),
        ]
        let text = try readme()
        for (name, value) in rows {
            #expect(text.contains("| `\(name)` | \(value) |"), "\(name) is \(value)")
        }
    }

    @Test("The table of errors names every code")
    func errors() throws {
        let text = try readme()
        let source = try String(
            contentsOf: folder.appendingPathComponent(
                "../../../Sources/WSETransport/Errors/WebSocketError+Code.swift"
            ).standardizedFileURL, encoding: .utf8)
        let codes = source.components(separatedBy: "= Code(.").dropFirst()
            .compactMap { $0.components(separatedBy: ")").first }
        #expect(codes.count == 19)
        for code in codes { #expect(text.contains("`\(code)`"), "\(code) is missing") }
    }
}
