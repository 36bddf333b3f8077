#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file that is read as a whole.
enum InputFile {
    case path(String)
    case standardInput

    /// What nobody gives this program on purpose: the bound on what it holds in memory.
    static let limit = 256 << 20

    /// Whether something is there under this path, readable or not.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    func read() throws(ToolError) -> [UInt8] {
        guard case .path(let path) = self else { return try Self.read(STDIN_FILENO, name: "standard input") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ToolError(.noInput, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        return try Self.read(descriptor, name: path)
    }

    private static func read(_ descriptor: Int32, name: String) throws(ToolError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                let (code, reason) = (errno, String(cString: strerror(errno)))
                guard bytes.isEmpty, code != EIO else {
                    throw ToolError(.ioError, "reading \(name) failed half-way: \(reason)")
                }
                throw ToolError(.noInput, "cannot read \(name): \(reason)")
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw ToolError(.dataError, "\(name) is too large") }
        }
    }

    private static func systemRead(
        _ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, start, count)
        #elseif canImport(Musl)
            Musl.read(descriptor, start, count)
        #else
            Darwin.read(descriptor, start, count)
        #endif
    }
}
