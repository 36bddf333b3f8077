internal import WSEClient
internal import WSETestServer

extension ToolError {
    /// An error of whatever part, as the command reports it.
    public init(_ error: any Error) {
        switch error {
        case let error as ToolError: self = error
        case let error as WSEError: self.init(client: error)
        case let error as WSETestServerError: self.init(server: error)
        case let error as WireError: self.init(.dataError, "\(error)")
        case is CancellationError: self.init(.interrupted(by: 2), "interrupted")
        default: self.init(.software, "\(error)")
        }
    }

    private init(client error: WSEError) {
        let status: ToolStatus =
            switch error.code {
            case .auth: .noPermission
            case .timeout, .rateLimit, .queueFull, .bufferOverflow: .temporaryFailure
            case .protocol, .encryption: .protocolError
            case .invalidArgument: .dataError
            case .server: .failure
            case .cancelled: .interrupted(by: 2)
            default: .unavailable
            }
        self.init(status, Self.text(error).shown, advice: Advice.about(error))
    }

    /// What the client says, and what lies below it.
    static func text(_ error: WSEError) -> String {
        guard let cause = error.underlying as? WebSocketError else { return error.description }
        if let trouble = TLSTrouble(cause) { return "\(error.code): \(trouble.text)" }
        return error.message == cause.message ? error.description : "\(error): \(cause.message)"
    }

    private init(server error: WSETestServerError) {
        guard error.code == .bindFailed else {
            self.init(.software, error.message)
            return
        }
        self.init(
            .unavailable, "\(error.message): \(Self.reason(error.cause))".shown,
            advice: "is another server at this port? --port 0 takes a free one, --host another address")
    }

    /// The system's words, without the function, its arguments and the number that SwiftNIO puts around them.
    private static func reason(_ cause: (any Error)?) -> String {
        guard let cause else { return "no reason is known" }
        let text = "\(cause)"
        let words = text.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? text
        return words.split(separator: ") (errno", maxSplits: 1).first.map(String.init) ?? words
    }
}
