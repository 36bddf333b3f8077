internal import NIOCore

/// Runs a script over the frames of one connection.
struct FaultMachine: Sendable {
    let script: FaultScript
    private var random: SeededGenerator
    private var count = 0
    /// Frames that wait for others to go first.
    private var held: [(remaining: Int, frame: OutboundFrame)] = []

    init(script: FaultScript, connection: Int) {
        self.script = script
        random = SeededGenerator(seed: script.seed &+ UInt64(truncatingIfNeeded: connection) &* 0x9E37_79B9)
    }

    /// What happens in the place of a frame.
    mutating func process(_ frame: OutboundFrame) -> [OutboundItem] {
        guard script.frames.contains(frame.kind) else { return [.frame(frame)] }
        count += 1
        let waiting = held
        held = []
        let (action, end) = actions(on: frame)
        var items = act(action, on: frame)
        var still: [(remaining: Int, frame: OutboundFrame)] = []
        for entry in waiting {
            if entry.remaining <= 1 {
                items.append(.frame(entry.frame))
            } else {
                still.append((entry.remaining - 1, entry.frame))
            }
        }
        held = still + held
        return items + end
    }

    /// What the rules make of a frame, and how they end or stall the connection after it.
    private mutating func actions(
        on frame: OutboundFrame
    ) -> (action: FaultScript.Action.Value, end: [OutboundItem]) {
        var action: FaultScript.Action.Value?
        for rule in script.rules {
            let end = rule.action.value.end
            guard action == nil || end != nil,
                rule.trigger.matches(frame, number: count, random: &random)
            else { continue }
            if let end { return (action ?? .pass, [end]) }
            if rule.action.value == .pass { return (.pass, []) }
            action = rule.action.value
        }
        return (action ?? .pass, [])
    }

    private mutating func act(
        _ action: FaultScript.Action.Value, on frame: OutboundFrame
    ) -> [OutboundItem] {
        switch action {
        case .pass, .stall, .cut, .close: return [.frame(frame)]
        case .drop: return []
        case .duplicate(let copies): return Array(repeating: .frame(frame), count: copies + 1)
        case .reorder(let frames):
            guard frames > 0 else { return [.frame(frame)] }
            held.append((frames, frame))
            return []
        case .delay(let duration): return [.pause(duration), .frame(frame)]
        case .corrupt(let corruption):
            var frame = frame
            frame.corruption = corruption
            return [.frame(frame)]
        case .replace(let text):
            return [.frame(OutboundFrame(text: ByteBuffer(string: text), kind: frame.kind))]
        }
    }

    /// Damages a frame in its last form.
    mutating func corrupt(
        _ frame: OutboundFrame, _ corruption: FaultScript.Corruption
    ) -> OutboundItem {
        var frame = frame
        let count = frame.data.readableBytes
        switch corruption.value {
        case .bytes:
            for _ in 0..<(1 + count / 64) where count > 0 {
                // Printable ASCII in the place of a byte of ASCII keeps text UTF-8.
                let index = frame.data.readerIndex + Int(random.next() % UInt64(count))
                guard let old = frame.data.getInteger(at: index, as: UInt8.self) else { continue }
                guard !frame.isText || old < 0x80 else { continue }
                let new = UInt8(0x21 + random.next() % 0x5D)
                frame.data.setInteger(new == old ? new ^ 1 : new, at: index)
            }
            return .frame(frame)
        case .truncate:
            var end = count / 2
            // Half of a character would make the text illegal as a WebSocket message.
            while end > 0, frame.isText, isContinuation(frame.data, at: end) { end -= 1 }
            frame.data = frame.data.getSlice(at: frame.data.readerIndex, length: end) ?? ByteBuffer()
            return .frame(frame)
        case .garbage:
            let bytes = (0..<max(16, count)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            return .frame(OutboundFrame(binary: ByteBuffer(bytes: bytes), kind: frame.kind))
        case .reservedBit:
            var bytes = ByteBuffer()
            bytes.writeInteger(UInt8(0xC0 | (frame.isText ? 1 : 2)))
            switch count {
            case ...125: bytes.writeInteger(UInt8(count))
            case ...0xFFFF: bytes.writeMultipleIntegers(UInt8(126), UInt16(count))
            default: bytes.writeMultipleIntegers(UInt8(127), UInt64(count))
            }
            bytes.writeImmutableBuffer(frame.data)
            return .bytes(bytes)
        }
    }

    private func isContinuation(_ data: ByteBuffer, at offset: Int) -> Bool {
        (data.getInteger(at: data.readerIndex + offset, as: UInt8.self) ?? 0) & 0xC0 == 0x80
    }
}

extension FaultScript.Action.Value {
    /// How it stalls or ends the connection, if it does.
    fileprivate var end: OutboundItem? {
        switch self {
        case .stall: .stall
        case .cut(let style): .cut(style)
        case .close(let code, let reason): .close(code: code, reason: reason)
        case .pass, .drop, .duplicate, .reorder, .delay, .corrupt, .replace: nil
        }
    }
}
