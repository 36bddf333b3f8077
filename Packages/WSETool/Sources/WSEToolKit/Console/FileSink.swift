#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file descriptor of the process. Writing waits while its reader is slow, which holds the server back; once a signal has
/// come it soon gives up, as whoever presses Ctrl-C does not wait for a reader that takes nothing.
struct FileSink: ByteSink {
    let descriptor: Int32
    /// What ends the waiting; `nil` for files, which have no reader.
    private let signal: ReceivedSignal?
    /// Whether it is a pipe, a socket or a terminal. Where the process was started without an output, something of the
    /// system's that never becomes writable may have its number.
    private let mayBlock: Bool

    init(descriptor: Int32, signal: ReceivedSignal? = nil) {
        self.descriptor = descriptor
        self.signal = signal
        var status = stat()
        mayBlock =
            fstat(descriptor, &status) == 0
            && [S_IFIFO, S_IFSOCK, S_IFCHR].contains(status.st_mode & S_IFMT)
    }

    /// - Throws: ``ToolError`` with status `ioError` or `interrupted`, or ``ToolError/outputClosed``.
    func write(_ bytes: [UInt8]) throws(ToolError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if mayBlock { try waitUntilWritable() }
            // A pipe that has room takes so much without blocking.
            let count = min(rest.count, Int(PIPE_BUF))
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, count) }
            if written > 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR, EAGAIN: continue
            case EPIPE: throw .outputClosed
            default: throw ToolError(.ioError, "cannot write: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Returns as well where writing fails at once.
    private func waitUntilWritable() throws(ToolError) {
        while true {
            let overdue = signal?.overdue
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&waiting, 1, overdue == nil ? 100 : 0) > 0 { return }
            if let overdue { throw ToolError(.interrupted(by: overdue), "interrupted") }
        }
    }

    private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, start, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, start, count)
        #else
            Darwin.write(descriptor, start, count)
        #endif
    }
}
