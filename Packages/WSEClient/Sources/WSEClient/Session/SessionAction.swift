import WSETransport
import WSEWire

/// What the session wants done; carried out in order, after its state is consistent.
enum SessionAction: Sendable {
    /// Ask the token provider; the answer comes back with the attempt's id.
    case requestToken(AttemptID, TokenRequest)
    case connect(AttemptID, ConnectionTarget)
    /// Tell the endpoint's lease, if there is one.
    case reportEndpoint(AttemptID, EndpointReport)
    /// Send a message of the session's own.
    case control(AttemptID, WebSocketMessageKind, [UInt8])
    /// Send a message of the user's; what comes of it goes back into the machine.
    case transmit(AttemptID, OutboundMessage)
    case close(AttemptID, WebSocketCloseCode, String)
    case abort(AttemptID)
    case startTimer(SessionTimer, after: Duration)
    case cancelTimer(SessionTimer)
    case deliver([WSEEvent])
    /// Pause or resume reading, as the streams have room.
    case updateReading
    /// Streams let go of memory that they keep for what comes next: of all, or of what they have not needed of late.
    case trimMemory(all: Bool)
    case signal(WSESignal)
    /// For those who asked in that run of the session or an earlier one.
    case resolveConnect(WSEError?, run: UInt64)
    /// A session that never was connected ends, for those who wait for its end.
    case resolveClose(WSEError)
    case resolveDisconnect
    case resolveSubscription(RequestID, SubscriptionResult)
    case resolveSend(RequestID, Result<SendOutcome.Disposition, WSEError>)
    case resolveRequest(RequestID, Result<WSEEvent, WSEError>)
    /// The streams begin anew, for consumers that come from now on.
    case reopen
    /// The streams end; with an error if one ended the session.
    case finish(WSEError?)
}

/// What is told about an endpoint.
enum EndpointReport: Sendable, Hashable {
    case connected(after: Duration)
    case measured(Duration)
    case ended(failed: Bool)
}

/// Where an attempt goes and as whom.
struct ConnectionTarget: Sendable, Hashable {
    var url: WebSocketURL
    var token: String?
}
