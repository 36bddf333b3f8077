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
        return error.message == cause.message ? error.description : "\(error): \(cause.message)"
    }

    private init(server error: WSETestServerError) {
        self.init(error.code == .bindFailed ? .unavailable : .software, error.message)
    }
}
