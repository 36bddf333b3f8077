import Foundation
import Testing

@Suite("README")
struct ReadmeTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// Lines without indentation and blank lines, so that only the code counts.
    private func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test("every Swift example is one that is compiled and run")
    func examples() throws {
        let readme = try String(
            contentsOf: folder.appending(path: "../../../README.md").standardizedFileURL, encoding: .utf8)
        let source = try String(contentsOf: folder.appending(path: "ReadmeExamples.swift"), encoding: .utf8)
        let code = "\n" + lines(source).joined(separator: "\n") + "\n"
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
            .filter { !$0.hasPrefix(".product") }
        #expect(blocks.count == 14)
        for block in blocks {
            let example = "\n" + lines(block).joined(separator: "\n") + "\n"
            #expect(code.contains(example), "not among the compiled examples:\n\(block)")
        }
    }
}
