import Foundation
import Testing

@testable import WSEToolKit

@Suite("Files that are written as a whole")
struct OutputFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "wse-\(UUID().uuidString)")

    private func inFolder(_ body: (URL) throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("A file is as it was until it is written, and nothing is left beside it")
    func writes() throws {
        try inFolder { folder in
            let url = folder.appendingPathComponent("a")
            try "old".write(to: url, atomically: false, encoding: .utf8)
            let file = try OutputFile(url.path)
            #expect(try String(contentsOf: url, encoding: .utf8) == "old")
            #expect(try names() == ["a"])
            try file.write(Array("new".utf8))
            #expect(try String(contentsOf: url, encoding: .utf8) == "new")
            #expect(try names() == ["a"])
        }
    }

    @Test("What a process that died in the middle left behind harms nothing")
    func leftOver() throws {
        try inFolder { folder in
            let url = folder.appendingPathComponent("a")
            try "old".write(to: url, atomically: false, encoding: .utf8)
            let half = folder.appendingPathComponent("a.\(ProcessInfo.processInfo.processIdentifier).new")
            try "ha".write(to: half, atomically: false, encoding: .utf8)
            try OutputFile(url.path).write(Array("new".utf8))
            #expect(try String(contentsOf: url, encoding: .utf8) == "new")
            #expect(try names() == ["a"])
        }
    }

    @Test("A link stays one, and what it leads to is written")
    func link() throws {
        try inFolder { folder in
            let (url, link) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("link"))
            try "old".write(to: url, atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
            try OutputFile(link.path).write(Array("new".utf8))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == url.path)
            #expect(try String(contentsOf: url, encoding: .utf8) == "new")
        }
    }

    @Test(
        "Devices, folders and places that are not there are refused at once",
        arguments: ["/dev/null", "/", "/nonexistent/a"])
    func refused(path: String) {
        let error = #expect(throws: ToolError.self) { try OutputFile(path) }
        #expect(error?.status == .cannotCreate)
        #expect(error?.message.contains("cannot write \(path): ") == true)
    }
}
