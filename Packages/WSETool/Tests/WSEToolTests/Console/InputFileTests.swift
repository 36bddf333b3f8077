import Testing

@testable import WSEToolKit

@Suite("Files that are read as a whole")
struct InputFileTests {
    @Test("What cannot be read is 66", arguments: ["/nonexistent", "/"])
    func unreadable(path: String) {
        let error = #expect(throws: ToolError.self) { try InputFile.path(path).read() }
        #expect(error?.status == .noInput)
        #expect(error?.message.hasPrefix("cannot read \(path): ") == true)
    }

    #if os(Linux)
        @Test("What fails while it is read is 74")
        func failing() {
            // Of a process's memory, nothing is at address 0.
            let error = #expect(throws: ToolError.self) { try InputFile.path("/proc/self/mem").read() }
            #expect(error?.status == .ioError)
            #expect(error?.message.hasPrefix("reading /proc/self/mem failed half-way: ") == true)
        }
    #endif
}
