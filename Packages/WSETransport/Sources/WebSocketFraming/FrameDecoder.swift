/// Finds the messages in what a server sends (RFC 6455 section 5), read by read.
///
/// Hand it each read and call ``next(in:at:)`` until it returns ``FrameEvent/needsInput``. A message that lies whole
/// and unfragmented in the read is reported in place and costs no copy; everything else is put together in
/// ``message``, which grows with what arrives and never with what a header claims.
///
/// Text is checked for UTF-8 as it arrives, so a broken peer is noticed at its first bad byte.
/// After a violation or a close frame the decoder ignores all input.
public struct FrameDecoder: ~Copyable, Sendable {
    /// Payload of the last event that says so; valid until the next call.
    public private(set) var message: [UInt8] = []
    /// Payload of the last control frame that says so; valid until the next call.
    public private(set) var control: [UInt8] = []

    private let maximumFrame: Int
    private let maximumMessage: Int

    private var isFinished = false
    /// Bytes of a header that did not arrive whole.
    private var partialHeader: [UInt8] = []
    /// The frame whose payload is arriving, if it did not arrive whole.
    private var frame: PartialFrame?
    /// Set from the first frame of a message that is put together in `message` until its last.
    private var openMessage: OpenMessage?
    /// Whether `message` was reported, so that its memory is nobody's from the next call on.
    private var isMessageReported = false

    /// A buffer up to this size is kept for the next message.
    private static let keptCapacity = 64 << 10
    /// The most memory taken on the word of a header alone.
    private static let trustedClaim = 16 << 10

    private struct PartialFrame {
        var opcode: Opcode
        var isFinal: Bool
        var missing: Int
    }

    private struct OpenMessage {
        var isText: Bool
        var validator = UTF8Validator()
    }

    /// - Parameters:
    ///   - maximumFrame: Largest payload of a frame in bytes.
    ///   - maximumMessage: Largest payload of a message in bytes, all fragments together.
    public init(maximumFrame: Int, maximumMessage: Int) {
        self.maximumFrame = max(0, maximumFrame)
        self.maximumMessage = max(0, maximumMessage)
    }

    /// Whether a frame or a fragmented message has begun and not ended.
    public var isInsideMessage: Bool { frame != nil || openMessage != nil || !partialHeader.isEmpty }

    /// Takes input from `position` on until something is complete, and moves `position` behind it.
    ///
    /// - Throws: ``FrameViolation``. The bytes before it were reported by earlier calls.
    public mutating func next(in bytes: RawSpan, at position: inout Int) throws(FrameViolation) -> FrameEvent
    {
        if isMessageReported {
            isMessageReported = false
            if message.capacity > Self.keptCapacity { message = [] }
        }
        do {
            return try findNext(in: bytes, at: &position)
        } catch {
            isFinished = true
            throw error
        }
    }

    private mutating func findNext(
        in bytes: RawSpan, at position: inout Int
    ) throws(FrameViolation) -> FrameEvent {
        while true {
            if isFinished {
                position = bytes.byteCount
                return .needsInput
            }
            if frame != nil {
                guard let event = try continueFrame(in: bytes, at: &position) else { continue }
                return event
            }
            let header: FrameHeader
            if partialHeader.isEmpty {
                guard let whole = try FrameHeader(bytes, at: position) else {
                    partialHeader.append(contentsOf: bytes, from: position, to: bytes.byteCount)
                    position = bytes.byteCount
                    return .needsInput
                }
                position += whole.byteCount
                header = whole
            } else {
                guard let completed = try completeHeader(in: bytes, at: &position) else { return .needsInput }
                header = completed
            }
            if let event = try begin(header, in: bytes, at: &position) { return event }
        }
    }

    private mutating func completeHeader(
        in bytes: RawSpan, at position: inout Int
    ) throws(FrameViolation) -> FrameHeader? {
        while position < bytes.byteCount {
            partialHeader.append(bytes.byte(at: position))
            position += 1
            if let header = try FrameHeader(partialHeader.span.bytes, at: 0) {
                partialHeader.removeAll(keepingCapacity: true)
                return header
            }
        }
        return nil
    }

    /// Judges a header by what came before it, then reports the frame if it can be reported in place.
    private mutating func begin(
        _ header: FrameHeader, in bytes: RawSpan, at position: inout Int
    ) throws(FrameViolation) -> FrameEvent? {
        guard header.payloadCount <= UInt64(maximumFrame) || header.opcode.isControl else {
            throw .frameTooLarge(claimed: header.payloadCount, limit: maximumFrame)
        }
        // The checks above leave at most Int.max, or 125 for control frames.
        let count = Int(header.payloadCount)
        let isWhole = count <= bytes.byteCount - position

        if header.opcode.isControl {
            if isWhole {
                let payload = FramePayload.input(offset: position, count: count)
                let event = try Self.controlEvent(
                    header.opcode, payload, in: bytes, at: position, count: count)
                position += count
                isFinished = header.opcode == .close
                return event
            }
            control.removeAll(keepingCapacity: true)
        } else if header.opcode == .continuation {
            guard openMessage != nil else { throw .unexpectedContinuation }
            guard count <= maximumMessage - message.count else {
                throw .messageTooLarge(limit: maximumMessage)
            }
        } else {
            guard openMessage == nil else { throw .interleavedMessage }
            guard count <= maximumMessage else { throw .messageTooLarge(limit: maximumMessage) }
            let isText = header.opcode == .text
            if header.isFinal, isWhole {
                if isText, !UTF8Validator.isValid(bytes, from: position, to: position + count) {
                    throw .invalidTextEncoding
                }
                let payload = FramePayload.input(offset: position, count: count)
                position += count
                return .message(isText: isText, payload)
            }
            message.removeAll(keepingCapacity: true)
            openMessage = OpenMessage(isText: isText)
        }
        frame = PartialFrame(opcode: header.opcode, isFinal: header.isFinal, missing: count)
        return nil
    }

    /// Takes what has arrived of the frame's payload; `nil` if the frame ended without completing anything.
    private mutating func continueFrame(
        in bytes: RawSpan, at position: inout Int
    ) throws(FrameViolation) -> FrameEvent? {
        guard var current = frame else { return nil }
        let end = position + min(current.missing, bytes.byteCount - position)
        current.missing -= end - position
        frame = current.missing == 0 ? nil : current

        if current.opcode.isControl {
            control.append(contentsOf: bytes, from: position, to: end)
            position = end
            guard current.missing == 0 else { return .needsInput }
            isFinished = current.opcode == .close
            return try Self.controlEvent(
                current.opcode, .control(offset: 0, count: control.count), in: control.span.bytes, at: 0,
                count: control.count)
        }

        makeRoom(for: end - position, thenFor: current.missing)
        message.append(contentsOf: bytes, from: position, to: end)
        if openMessage?.isText == true {
            guard openMessage?.validator.consume(bytes, from: position, to: end) == true else {
                throw .invalidTextEncoding
            }
        }
        position = end
        guard current.missing == 0 else { return .needsInput }
        guard current.isFinal, let finished = openMessage else { return nil }
        if finished.isText, !finished.validator.isComplete { throw .invalidTextEncoding }
        openMessage = nil
        isMessageReported = true
        return .message(isText: finished.isText, .message(count: message.count))
    }

    /// Grows `message` in few steps without trusting the peer: by what is here, plus what is announced as long as
    /// that is modest or no more than what it has already sent.
    private mutating func makeRoom(for arrived: Int, thenFor missing: Int) {
        let needed = message.count + arrived
        guard needed > message.capacity else { return }
        message.reserveCapacity(needed + min(missing, max(Self.trustedClaim, needed)))
    }

    private static func controlEvent(
        _ opcode: Opcode, _ payload: FramePayload, in bytes: RawSpan, at offset: Int, count: Int
    ) throws(FrameViolation) -> FrameEvent {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        default:
            let code = try CloseFrame.check(bytes, at: offset, count: count)
            let reason: FramePayload =
                switch payload {
                case .control: .control(offset: min(2, count), count: max(0, count - 2))
                default: .input(offset: offset + min(2, count), count: max(0, count - 2))
                }
            return .close(code: code, reason: reason)
        }
    }
}
