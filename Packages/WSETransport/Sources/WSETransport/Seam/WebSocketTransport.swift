/// Opens WebSocket connections; the seam between a session and the network.
///
/// The real one is ``NIOWebSocketTransport``; tests use the in-memory one of `WSETransportTesting`.
///
/// ## Contract
/// - `connect` never blocks and never throws: every outcome arrives at the handler.
/// - The handler's methods are called one at a time, never concurrently, in this order: any number of
///   `reached`, at most one `opened`, then any number of `received`, `flushed`, `writabilityChanged`, `receivedPong`, then exactly
///   one `closed`, after which nothing follows. `closed` may come without `opened`.
/// - A handler may call any method of the connection from inside its own methods.
public protocol WebSocketTransport: Sendable {
    /// Starts to connect and returns the handle of the attempt at once.
    func connect(
        _ request: WebSocketRequest, handler: any WebSocketHandler
    ) -> any WebSocketConnection
}

/// What a connection tells its owner. See ``WebSocketTransport`` for order and threading.
public protocol WebSocketHandler: AnyObject, Sendable {
    /// Connecting has come this far. A transport without stages leaves them out.
    func webSocketReached(_ stage: WebSocketConnectStage)

    /// The HTTP upgrade succeeded; frames may be sent and will arrive.
    func webSocketOpened(_ response: WebSocketUpgradeResponse)

    /// Complete messages, in the order in which they arrived, usually all of one socket read.
    ///
    /// - Parameters:
    ///   - messages: Where each message lies in `bytes`.
    ///   - bytes: Valid for the duration of the call only; copy what must live longer.
    func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan)

    /// Everything sent up to this position (see ``WebSocketWriteReceipt``) was handed to the operating system. One call may
    /// stand for several writes that follow one another closely; the last position is always told.
    func webSocketFlushed(through position: UInt64)

    /// The connection's buffer of unsent bytes passed its high watermark (`false`) or fell below its low
    /// watermark again (`true`).
    func webSocketWritabilityChanged(isWritable: Bool)

    /// A pong frame arrived.
    func webSocketReceivedPong(_ payload: RawSpan)

    /// The connection is gone; the last call a handler gets.
    func webSocketClosed(_ closure: WebSocketClosure)
}

extension WebSocketHandler {
    public func webSocketReached(_ stage: WebSocketConnectStage) {}
    public func webSocketFlushed(through position: UInt64) {}
    public func webSocketWritabilityChanged(isWritable: Bool) {}
    public func webSocketReceivedPong(_ payload: RawSpan) {}
}

/// The handle of one connection attempt and the connection that may come of it. All methods are thread-safe,
/// do not block, and do nothing once the connection is closed.
public protocol WebSocketConnection: AnyObject, Sendable {
    /// Copies one message into the buffer of unsent bytes; writes coalesce.
    ///
    /// - Returns: How far the connection's output now reaches and whether its buffer is below the high watermark.
    /// - Throws: ``WebSocketError`` with code `notOpen`, `messageTooLarge` or `outputBufferFull`; nothing was taken then.
    @discardableResult
    func send(_ kind: WebSocketMessageKind, _ payload: RawSpan) throws(WebSocketError)
        -> WebSocketWriteReceipt

    /// Sends a ping frame; `payload` holds at most 125 bytes.
    func ping(_ payload: RawSpan) throws(WebSocketError)

    /// Stops reading from the socket, so that TCP pushes back on the peer.
    ///
    /// Messages already read may still arrive. A connection that does not read cannot notice its peer's close.
    func pauseReading()

    /// Undoes ``pauseReading()``.
    func resumeReading()

    /// Starts the close handshake after what was sent before; the peer has a configured time to answer.
    func close(code: WebSocketCloseCode, reason: String)

    /// Drops the connection (or gives up connecting) without a close handshake.
    func abort()

    /// Runs `work` once after `delay`, where the handler's methods are called, unless it is cancelled before. What it sends
    /// then needs no other thread to wake up.
    ///
    /// It waits for its time whatever becomes of the connection; should its thread end before, it runs then.
    ///
    /// - Returns: `nil` if the transport leaves time to others: it has no thread, or this is called on another.
    func schedule(
        after delay: Duration, _ work: @escaping @Sendable () -> Void
    ) -> (any WebSocketScheduledWork)?
}

extension WebSocketConnection {
    public func schedule(
        after delay: Duration, _ work: @escaping @Sendable () -> Void
    ) -> (any WebSocketScheduledWork)? {
        nil
    }
}

/// Work that waits for its time on a connection's thread.
public protocol WebSocketScheduledWork: Sendable {
    /// Makes sure that the work does not start, unless it has already.
    func cancel()
}

/// Text or binary.
public enum WebSocketMessageKind: UInt8, Sendable, Hashable {
    /// UTF-8 text.
    case text = 1
    /// Bytes.
    case binary = 2
}

/// Where one message lies in the bytes handed over with it.
public struct WebSocketMessageRecord: Sendable, Hashable {
    /// Text or binary.
    public var kind: WebSocketMessageKind
    /// Index of the first payload byte.
    public var offset: Int
    /// Payload length in bytes.
    public var count: Int

    /// Makes one, for a transport of your own.
    public init(kind: WebSocketMessageKind, offset: Int, count: Int) {
        self.kind = kind
        self.offset = offset
        self.count = count
    }
}

/// What ``WebSocketConnection/send(_:_:)`` took.
public struct WebSocketWriteReceipt: Sendable, Hashable {
    /// Bytes accepted on this connection so far, this message included; compare with
    /// ``WebSocketHandler/webSocketFlushed(through:)``.
    public var position: UInt64
    /// Whether the buffer of unsent bytes is below its high watermark; a polite sender pauses at `false`.
    public var isWritable: Bool

    /// Makes one, for a transport of your own.
    public init(position: UInt64, isWritable: Bool) {
        self.position = position
        self.isWritable = isWritable
    }
}
