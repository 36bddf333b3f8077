#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Nobody reads standard output any more.
public struct OutputClosed: Error {}

/// Writes a line of results to standard output, at once, also into a pipe. What would steer the terminal is made harmless.
///
/// - Throws: ``OutputClosed``, or ``Failure`` if it cannot be written.
public func show(_ line: String) throws {
    try write(line.shown + "\n", to: STDOUT_FILENO)
}

/// Whether standard output is a terminal that ``draw(_:)`` may steer.
public func canDraw() -> Bool {
    isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
}

/// Writes to standard output as it is, so nothing of a peer may be in it.
///
/// - Throws: As ``show(_:)``.
public func draw(_ text: String) throws {
    try write(text, to: STDOUT_FILENO)
}

/// Tells something that is no result, on standard error. Where nobody listens, nobody is told.
public func note(_ line: String) {
    try? write(line.shown + "\n", to: STDERR_FILENO)
}

private func write(_ text: String, to descriptor: Int32) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { bytes in
            #if canImport(Glibc)
                Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            #elseif canImport(Musl)
                Musl.write(descriptor, bytes.baseAddress, bytes.count)
            #else
                Darwin.write(descriptor, bytes.baseAddress, bytes.count)
            #endif
        }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno == EPIPE {
            throw OutputClosed()
        } else if errno == EAGAIN {
            var descriptor = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&descriptor, 1, -1)
        } else if errno != EINTR {
            throw Failure("cannot write: \(String(cString: strerror(errno)))")
        }
    }
}

extension String {
    /// The text as it may go to a terminal. A peer chooses types, topics and payloads, and must not get at the screen through
    /// them: what steers a terminal, or turns the direction of writing, stands as an escape.
    public var shown: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
