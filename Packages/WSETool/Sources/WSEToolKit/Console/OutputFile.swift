#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file that is written as a whole: whatever happens, it has its old contents or the new ones, never a part.
struct OutputFile: Sendable {
    /// As it was given.
    let path: String
    /// The file itself: a symbolic link stays one.
    private let resolvedPath: String

    /// Finds out at once whether the file can be written, and leaves it as it is.
    ///
    /// - Throws: ``ToolError`` with status `cannotCreate`; also for devices and folders, which cannot be replaced.
    init(_ path: String) throws(ToolError) {
        self.path = path
        resolvedPath = Self.resolved(path)
        var status = stat()
        if stat(resolvedPath, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw ToolError(.cannotCreate, "cannot write \(path): it is no regular file")
            }
            guard access(resolvedPath, W_OK) == 0 else { throw failure() }
        }
        close(try makeTemporary())
        unlink(temporaryPath)
    }

    /// - Throws: ``ToolError`` with status `cannotCreate`.
    func write(_ bytes: [UInt8]) throws(ToolError) {
        let descriptor = try makeTemporary()
        do {
            try FileSink(descriptor: descriptor).write(bytes)
        } catch {
            close(descriptor)
            unlink(temporaryPath)
            throw ToolError(.cannotCreate, "cannot write \(path): \(error.message)")
        }
        // On the disk before it takes the old one's place, or a machine that fails now would have neither.
        let isFlushed = fsync(descriptor) == 0
        guard close(descriptor) == 0, isFlushed, rename(temporaryPath, resolvedPath) == 0 else {
            let error = failure()
            unlink(temporaryPath)
            throw error
        }
    }

    /// In the same folder, as only there it can be renamed.
    private var temporaryPath: String { "\(resolvedPath).\(getpid()).new" }

    private func makeTemporary() throws(ToolError) -> Int32 {
        // Left over from a process of the same number; `O_EXCL` keeps from following what others put there.
        unlink(temporaryPath)
        let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure() }
        return descriptor
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private func failure() -> ToolError {
        ToolError(.cannotCreate, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
