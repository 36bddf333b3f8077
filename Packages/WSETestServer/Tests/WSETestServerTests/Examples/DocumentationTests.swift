import Foundation
import Testing

/// Holds the documentation to code that is compiled and run.
@Suite struct DocumentationTests {
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    private static let package = examples.appending(path: "../../..").standardized

    private func lines(_ text: some StringProtocol) -> [String] {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("import ") }
    }

    private func blocks(of document: String) throws -> [[String]] {
        let text = try String(contentsOf: Self.package.appending(path: document), encoding: .utf8)
        return text.components(separatedBy: "```swift\n").dropFirst().compactMap { part in
            part.components(separatedBy: "```").first.map { lines($0) }
        }
    }

    @Test(arguments: [
        ("README.md", "ReadmeTests.swift"),
        ("Sources/WSETestServer/WSETestServer.docc/TestingYourApp.md", "TestingYourAppTests.swift"),
    ])
    func everyExampleIsATest(document: String, tests: String) throws {
        let code = lines(try String(contentsOf: Self.examples.appending(path: tests), encoding: .utf8))
        let blocks = try blocks(of: document)
        #expect(!blocks.isEmpty)
        for block in blocks {
            let isThere = code.indices.contains { code[$0...].starts(with: block) }
            #expect(isThere, "\(tests) lacks this example of \(document):\n\(block.joined(separator: "\n"))")
        }
    }
}
