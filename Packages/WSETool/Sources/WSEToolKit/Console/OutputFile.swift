#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file that is written as a whole: it has its old contents or the new ones, never a part.
enum OutputFile {
    /// - Throws: ``ToolError`` with status `cannotCreate`.
    static func write(_ bytes: [UInt8], to path: String) throws(ToolError) {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        do {
            try FileSink(descriptor: descriptor).write(bytes)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw ToolError(.cannotCreate, "cannot write \(path): \(error.message)")
        }
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
            let error = failure(path)
            unlink(temporary)
            throw error
        }
    }

    private static func failure(_ path: String) -> ToolError {
        ToolError(.cannotCreate, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
