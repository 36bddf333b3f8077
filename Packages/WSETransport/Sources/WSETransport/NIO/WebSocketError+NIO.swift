import NIOCore
import NIOPosix
import WebSocketFraming

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension WebSocketError {
    /// What SwiftNIO's bootstrap failed with.
    init(connecting error: any Error, toProxy: Bool) {
        let failures = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        if toProxy {
            self.init(
                .proxyFailed, "The proxy could not be reached: \(Self.reasons(failures))", underlying: error)
        } else if failures.isEmpty {
            self.init(.nameResolutionFailed, "The host name has no address.", underlying: error)
        } else if failures.allSatisfy({ $0.isConnectTimeout }) {
            self.init(.connectTimeout, "Connecting took too long.", underlying: error)
        } else {
            self.init(
                .connectFailed, "No address of the host took the connection: \(Self.reasons(failures))",
                underlying: error)
        }
    }

    /// Each reason once; several addresses mostly fail alike.
    private static func reasons(_ failures: [any Error]) -> String {
        var reasons: [String] = []
        for failure in failures {
            // NIO's own words for these begin with what it was about to tell about them.
            let reason = (failure as? IOError).map(\.systemText) ?? "\(failure)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.isEmpty ? "it has none" : reasons.joined(separator: "; ")
    }

    init(_ violation: FrameViolation) {
        let (code, message): (Code, String) =
            switch violation {
            case .reservedBits:
                (.protocolViolation, "A frame has reserved bits set, but no extension is in use.")
            case .reservedOpcode(let opcode):
                (.protocolViolation, "A frame has the reserved opcode \(opcode).")
            case .maskedFrame: (.protocolViolation, "The server masked a frame.")
            case .fragmentedControlFrame: (.protocolViolation, "A control frame is fragmented.")
            case .oversizedControlFrame: (.protocolViolation, "A control frame has more than 125 bytes.")
            case .unexpectedContinuation:
                (.protocolViolation, "A continuation frame came without a message to continue.")
            case .interleavedMessage:
                (.protocolViolation, "A new message began before the fragmented one ended.")
            case .nonMinimalLength: (.protocolViolation, "A frame's length takes more bytes than it needs.")
            case .invalidLength: (.protocolViolation, "A frame's length has its highest bit set.")
            case .truncatedCloseCode: (.protocolViolation, "A close frame has a single byte.")
            case .invalidCloseCode(let code): (.protocolViolation, "A close frame has the code \(code).")
            case .invalidTextEncoding: (.invalidUTF8, "A text message is not UTF-8.")
            case .invalidReasonEncoding: (.invalidUTF8, "A close reason is not UTF-8.")
            case .frameTooLarge(let claimed, let limit):
                (.frameTooLarge, "A frame of \(claimed) bytes exceeds the limit of \(limit).")
            case .messageTooLarge(let limit):
                (.messageTooLarge, "A message exceeds the limit of \(limit) bytes.")
            }
        self.init(
            code, message, closeCode: WebSocketCloseCode(rawValue: violation.closeCode), underlying: violation
        )
    }
}

extension IOError {
    /// What the system calls it, as in `Connection refused (errno 111)`.
    fileprivate var systemText: String { "\(String(cString: strerror(errnoCode))) (errno \(errnoCode))" }
}

extension Error {
    fileprivate var isConnectTimeout: Bool {
        if case .connectTimeout? = self as? ChannelError { true } else { false }
    }
}
