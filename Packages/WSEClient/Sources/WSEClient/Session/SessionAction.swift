import WSETransport
import WSEWire

/// What the session wants done; carried out in order, after its state is consistent.
enum SessionAction: Sendable {
    /// Ask the token provider; the answer comes back with the attempt's id.
    case requestToken(AttemptID, TokenRequest)
    case connect(AttemptID, ConnectionTarget)
    case transmit(AttemptID, WebSocketMessageKind, [UInt8])
    case close(AttemptID, WebSocketCloseCode, String)
    case abort(AttemptID)
    case startTimer(SessionTimer, after: Duration)
    case cancelTimer(SessionTimer)
    case deliver([WSEEvent])
    /// Pause or resume reading, as the streams have room.
    case updateReading
    case signal(WSESignal)
    case resolveConnect(WSEError?)
    case resolveDisconnect
    case resolveSubscription(RequestID, SubscriptionResult)
    /// The streams end; with an error if one ended the session.
    case finish(WSEError?)
}

/// Where an attempt goes and as whom.
struct ConnectionTarget: Sendable, Hashable {
    var url: WebSocketURL
    var token: String?
}
