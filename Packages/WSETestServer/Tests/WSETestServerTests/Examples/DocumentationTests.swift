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

    /// All but parts of a manifest, and what is said aside, such as about the app's client: that is compiled only.
    private func blocks(of document: String) throws -> [[String]] {
        let text = try String(contentsOf: Self.package.appending(path: document), encoding: .utf8)
        // Text and code in turns.
        let parts = text.components(separatedBy: "```")
        return zip(parts, parts.dropFirst()).enumerated().compactMap { index, pair in
            guard index.isMultiple(of: 2), pair.1.hasPrefix("swift\n"), !pair.0.contains("<!-- aside -->") else {
                return nil
            }
            let block = lines(pair.1.dropFirst("swift\n".count))
            return block.first?.hasPrefix(".") == true ? nil : block
        }
    }

    @Test(arguments: [
        ("README.md", "ReadmeTests.swift"),
        ("Sources/WSETestServer/WSETestServer.docc/TestingYourApp.md", "TestingYourAppTests.swift"),
    ])
    func everyExampleIsATest(document: String, tests: String) throws {
        let code = lines(try String(contentsOf: Self.examples.appending(path: tests), encoding: .utf8))
        let blocks = try blocks(of: document)
        #expect(blocks.count >= 2)
        for block in blocks {
            let isThere = code.indices.contains { code[$0...].starts(with: block) }
            #expect(isThere, "\(tests) lacks this example of \(document):\n\(block.joined(separator: "\n"))")
        }
    }
}
