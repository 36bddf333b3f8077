internal import Synchronization

/// Standard input, which can be read for one purpose only.
final class StandardInput: Sendable {
    private let purpose = Mutex<String?>(nil)
    private let readAll: @Sendable () throws(ToolError) -> [UInt8]

    init(_ readAll: @escaping @Sendable () throws(ToolError) -> [UInt8]) {
        self.readAll = readAll
    }

    /// - Throws: ``ToolError`` with status `usage` for the second one; what reading throws.
    func read(for purpose: String) throws(ToolError) -> [UInt8] {
        let earlier = self.purpose.withLock { known in
            defer { known = known ?? purpose }
            return known
        }
        if let earlier {
            throw ToolError(.usage, "standard input gives \(earlier), so it cannot give \(purpose) as well")
        }
        return try readAll()
    }
}
