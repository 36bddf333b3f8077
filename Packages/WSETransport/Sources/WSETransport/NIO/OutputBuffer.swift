import NIOCore
import WebSocketFraming

/// Frames on their way to the socket: accepted from any thread, handed over by the event loop.
///
/// Positions count bytes on the wire (before TLS) since the connection opened. Not thread-safe by itself.
struct OutputBuffer: Sendable {
    enum Phase: Sendable {
        /// Not open yet.
        case connecting
        case open
        /// Our close frame is in the buffer; nothing may follow it.
        case closing
        case closed
    }

    private(set) var phase = Phase.connecting
    private let limits: WebSocketConfiguration.Output
    private let maximumMessage: Int
    private var maskKeys = MaskKeySource()

    /// Not handed over yet, each up to `chunkSize` or holding a single larger frame.
    private var chunks: [ByteBuffer] = []
    /// Handed over and not yet written, oldest first.
    private var handedOver: [ByteBuffer] = []
    private var handedOverStart = 0
    private var spare: ByteBuffer?
    private var accepted: UInt64 = 0
    private var flushed: UInt64 = 0

    private var isWritable = true
    /// Whether the buffer passed its high watermark since ``takeWritabilityChanges()`` was called last.
    private var didFill = false
    private var reportedWritable = true

    /// Set while somebody is bound to call ``beginFlush()`` soon.
    private var isFlushDue = false
    /// The answer to the peer's last ping while the buffer is full; a flood of pings shall not fill it further.
    private var heldPong: [UInt8]?

    /// Large enough that a write call's cost does not show, small enough that progress does.
    private static let chunkSize = 64 << 10
    /// What an idle connection may keep.
    private static let keptCapacity = 16 << 10

    init(configuration: WebSocketConfiguration) {
        limits = configuration.output
        maximumMessage = configuration.limits.outboundMessage
    }

    /// Bytes accepted and not yet handed to the operating system.
    var unsentBytes: Int { Int(accepted - flushed) }

    // MARK: Phases

    mutating func open() {
        if phase == .connecting { phase = .open }
    }

    mutating func close() {
        phase = .closed
        chunks = []
        handedOver = []
        handedOverStart = 0
        spare = nil
        heldPong = nil
    }

    // MARK: Accepting frames

    /// - Returns: The receipt, and whether the caller must see to a flush.
    mutating func send(
        _ kind: WebSocketMessageKind, _ payload: RawSpan
    ) throws(WebSocketError) -> (receipt: WebSocketWriteReceipt, needsFlush: Bool) {
        try checkOpen()
        guard payload.byteCount <= maximumMessage else {
            throw WebSocketError(
                .messageTooLarge,
                "The message has \(payload.byteCount) bytes; the limit for outbound messages is \(maximumMessage)."
            )
        }
        try checkRoom(for: payload)
        let needsFlush = append(kind == .text ? .text : .binary, payload)
        return (WebSocketWriteReceipt(position: accepted, isWritable: isWritable), needsFlush)
    }

    /// - Returns: Whether the caller must see to a flush.
    mutating func ping(_ payload: RawSpan) throws(WebSocketError) -> Bool {
        guard payload.byteCount <= 125 else {
            throw WebSocketError(
                .invalidArgument, "A ping holds at most 125 bytes, not \(payload.byteCount).")
        }
        try checkOpen()
        try checkRoom(for: payload)
        return append(.ping, payload)
    }

    /// - Returns: Whether the caller must see to a flush.
    mutating func pong(_ payload: RawSpan) -> Bool {
        guard phase == .open else { return false }
        guard isWritable else {
            heldPong = payload.withUnsafeBytes { Array($0) }
            return false
        }
        return append(.pong, payload)
    }

    /// Appends our close frame unless there is one.
    ///
    /// - Returns: Whether it did, and whether the caller must see to a flush.
    mutating func close(payload: [UInt8]) -> (isFirst: Bool, needsFlush: Bool) {
        guard phase == .open else { return (false, false) }
        phase = .closing
        heldPong = nil
        return (true, append(.close, payload.span.bytes))
    }

    private func checkOpen() throws(WebSocketError) {
        switch phase {
        case .open: return
        case .connecting: throw WebSocketError(.notOpen, "The connection is not open yet.")
        case .closing: throw WebSocketError(.notOpen, "The connection is closing.")
        case .closed: throw WebSocketError(.notOpen, "The connection is closed.")
        }
    }

    private func checkRoom(for payload: RawSpan) throws(WebSocketError) {
        let count = FrameEncoder.byteCount(payload: payload.byteCount)
        guard count <= limits.limit else {
            throw WebSocketError(
                .messageTooLarge,
                "The frame has \(count) bytes; the buffer of unsent bytes never takes more than \(limits.limit)."
            )
        }
        guard count <= limits.limit - unsentBytes else {
            throw WebSocketError(
                .outputBufferFull,
                "\(unsentBytes) bytes are waiting to be sent and \(count) more would pass the limit of \(limits.limit)."
            )
        }
    }

    private mutating func append(_ opcode: Opcode, _ payload: RawSpan) -> Bool {
        let count = FrameEncoder.byteCount(payload: payload.byteCount)
        if chunks.isEmpty || chunks[chunks.count - 1].readableBytes + count > Self.chunkSize {
            chunks.append(spare ?? ByteBuffer())
            spare = nil
        }
        let key = maskKeys.nextKey()
        chunks[chunks.count - 1].writeWithOutputRawSpan(minimumWritableBytes: count) { output in
            FrameEncoder.append(opcode, payload, maskKey: key, to: &output)
        }
        accepted += UInt64(count)
        if isWritable, unsentBytes >= limits.highWatermark {
            isWritable = false
            didFill = true
        }
        return claimFlush()
    }

    /// Whether the caller must see to a flush, because nobody else will.
    private mutating func claimFlush() -> Bool {
        guard !isFlushDue, handedOver.isEmpty, !chunks.isEmpty else { return false }
        isFlushDue = true
        return true
    }

    // MARK: Handing over

    /// Tells that ``beginFlush()`` will be called at the end of the read that begins now.
    mutating func beginRead() {
        isFlushDue = true
    }

    /// How many chunks ``handedOverChunk(_:)`` has now; none while an earlier write is under way, so that what is sent
    /// meanwhile leaves together.
    mutating func beginFlush() -> Int {
        isFlushDue = false
        guard handedOver.isEmpty, phase != .closed else { return 0 }
        swap(&handedOver, &chunks)
        handedOverStart = 0
        return handedOver.count
    }

    /// One of the chunks that ``beginFlush()`` counted.
    func handedOverChunk(_ index: Int) -> ByteBuffer? {
        handedOver.indices.contains(index) ? handedOver[index] : nil
    }

    /// Tells that the oldest chunk was handed to the operating system.
    ///
    /// - Returns: Up to which position everything is, and whether the caller must see to another flush.
    mutating func didWriteChunk() -> (position: UInt64, needsFlush: Bool) {
        guard handedOverStart < handedOver.count else { return (flushed, false) }
        var chunk = ByteBuffer()
        swap(&chunk, &handedOver[handedOverStart])
        handedOverStart += 1
        if handedOverStart == handedOver.count {
            handedOver.removeAll(keepingCapacity: handedOver.count <= 4)
            handedOverStart = 0
        }
        flushed += UInt64(chunk.readableBytes)
        if spare == nil, chunk.capacity <= Self.keptCapacity {
            chunk.clear()
            spare = chunk
        }
        if !isWritable, unsentBytes <= limits.lowWatermark {
            isWritable = true
            if let pong = heldPong, phase == .open {
                heldPong = nil
                let needsFlush = append(.pong, pong.span.bytes)
                return (flushed, needsFlush)
            }
        }
        return (flushed, claimFlush())
    }

    /// The changes that the handler has not heard of, in order.
    mutating func takeWritabilityChanges() -> [Bool] {
        guard didFill || reportedWritable != isWritable else { return [] }
        var changes: [Bool] = []
        // A dip that is over by now is reported too, as `send` may have told somebody to wait for its end.
        if didFill, reportedWritable { changes.append(false) }
        if isWritable { changes.append(true) }
        didFill = false
        reportedWritable = isWritable
        return changes
    }
}
