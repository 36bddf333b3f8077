import Foundation
import Testing

@Suite struct LinkageTests {
    /// The executable lies beside the tests'.
    private func probe() throws -> Data {
        let directory = Bundle.main.bundleURL
        let candidates = [
            directory, directory.deletingLastPathComponent(),
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
        ]
        let found = candidates.map { $0.appendingPathComponent("LinkageProbe") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try Data(contentsOf: try #require(found))
    }

    @Test func neitherFoundationNorSwiftNIOIsLinked() throws {
        let program = try probe()
        func mentions(_ name: String) -> Bool { program.range(of: Data(name.utf8)) != nil }
        // What is there for certain shows that looking works.
        #expect(mentions("libswiftCore") || mentions("$s7WSEWire"))
        for name in ["libFoundation", "FoundationEssentials", "NIOCore", "NIOPosix", "libmsgpackc"] {
            #expect(!mentions(name), "\(name) is linked")
        }
    }
}
