import WSEWire

@testable import WSEClient

/// Every message of the user's and what became of it; finds what breaks the promises about sending.
struct SendLedger {
    private enum Fate {
        case open, sent, queued, failed
    }

    private struct Message {
        var order: Int
        var priority: Int
        var fate = Fate.open
        var isHandedOver = false
        var isDiscarded = false
    }

    private var byCaller: [RequestID: Int] = [:]
    private var byID: [String: Int] = [:]
    private var messages: [Message] = []
    private var lastHandedOver: [Int: Int] = [:]
    private(set) var handedOver = 0
    private(set) var discarded = 0

    mutating func expect(_ caller: RequestID, priority: Int) {
        byCaller[caller] = messages.count
        messages.append(Message(order: messages.count, priority: priority))
    }

    mutating func accepted(_ caller: RequestID, id: String) {
        byID[id] = byCaller[caller]
    }

    /// It was turned away at once.
    mutating func refused(_ caller: RequestID) -> String? {
        guard let index = byCaller[caller] else { return nil }
        defer { messages[index].fate = .failed }
        return messages[index].fate == .open
            ? nil : "4: message \(index) was turned away and has another outcome"
    }

    mutating func resolve(_ caller: RequestID, _ result: Result<SendOutcome.Disposition, WSEError>) -> String?
    {
        guard let index = byCaller[caller] else { return "4: an outcome for nobody" }
        guard messages[index].fate == .open else { return "4: message \(index) has two outcomes" }
        switch result {
        case .success(.sent):
            messages[index].fate = .sent
            if !messages[index].isHandedOver { return "4: message \(index) counts as sent and was not" }
        case .success(.queued):
            messages[index].fate = .queued
        case .failure:
            messages[index].fate = .failed
            if messages[index].isHandedOver { return "4: message \(index) failed and was sent" }
        }
        return nil
    }

    mutating func discard(_ id: String) -> String? {
        discarded += 1
        guard let index = byID[id] else { return "4: an unknown message is discarded" }
        guard messages[index].fate == .queued, !messages[index].isHandedOver, !messages[index].isDiscarded
        else {
            return "4: message \(index) is discarded and has another outcome"
        }
        messages[index].isDiscarded = true
        return nil
    }

    /// The transport took it.
    mutating func handOver(_ message: OutboundMessage) -> String? {
        guard let index = message.caller.flatMap({ byCaller[$0] }) ?? byID[message.id] else {
            return "4: a message of nobody's was sent"
        }
        handedOver += 1
        let record = messages[index]
        if record.isHandedOver { return "4: message \(index) was sent twice" }
        if record.isDiscarded || record.fate == .failed {
            return "4: message \(index) was sent after it was given up"
        }
        messages[index].isHandedOver = true
        if let last = lastHandedOver[record.priority], last > record.order {
            return "4: message \(index) was sent after \(last), which has its priority"
        }
        lastHandedOver[record.priority] = record.order
        return nil
    }

    /// - Parameter kept: How many messages the client says it still keeps.
    func atTheEnd(kept: Int) -> String? {
        if let open = messages.firstIndex(where: { $0.fate == .open }) {
            return "4: message \(open) has no outcome"
        }
        let waiting = messages.count { $0.fate == .queued && !$0.isHandedOver && !$0.isDiscarded }
        return waiting == kept ? nil : "4: \(waiting) messages are queued and \(kept) are kept"
    }
}
