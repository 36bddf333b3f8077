import Foundation
import Testing

@Suite("README")
struct ReadmeTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// Lines without indentation and blank lines, so that only the code counts.
    private func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func compiled() throws -> String {
        let source = try String(contentsOf: folder.appending(path: "ReadmeExamples.swift"), encoding: .utf8)
        return "\n" + lines(source).joined(separator: "\n") + "\n"
    }

    /// The Swift examples of a text in Markdown.
    private func examples(in text: String) -> [String] {
        text.components(separatedBy: "```swift\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
            .filter { !$0.hasPrefix(".product") }
    }

    private func check(_ examples: [String], against code: String) {
        for example in examples {
            let text = "\n" + lines(example).joined(separator: "\n") + "\n"
            #expect(code.contains(text), "not among the compiled examples:\n\(example)")
        }
    }

    @Test("every Swift example of the README is one that is compiled and run")
    func readme() throws {
        let readme = try String(
            contentsOf: folder.appending(path: "../../../README.md").standardizedFileURL, encoding: .utf8)
        let examples = examples(in: readme)
        #expect(examples.count == 23)
        check(examples, against: try compiled())
    }

    @Test("every public type has an example in its documentation, which is compiled and run")
    func documentation() throws {
        let sources = folder.appending(path: "../../../Sources/WSEResilience").standardizedFileURL
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        let code = try compiled()
        var types = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            var documentation: [String] = []
            for line in try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            {
                if line.hasPrefix("///") {
                    documentation.append(String(line.dropFirst(3)))
                    continue
                }
                let isType = ["struct ", "enum ", "final class ", "protocol "].contains {
                    line.hasPrefix("public " + $0)
                }
                if isType {
                    types += 1
                    let examples = examples(
                        in: lines(documentation.joined(separator: "\n")).joined(separator: "\n"))
                    #expect(!examples.isEmpty, "no example: \(line)")
                    check(examples, against: code)
                }
                documentation = []
            }
        }
        #expect(types == 28)
    }
}
