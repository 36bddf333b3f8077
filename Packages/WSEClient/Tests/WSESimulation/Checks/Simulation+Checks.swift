import WSETransport
import WSEWire

@testable import WSEClient

extension Simulation {
    /// 3: user data and subscriptions never leave in the clear where encryption is required.
    func checkConfidentiality(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) {
        guard scenario.isEncrypted else { return }
        if kind == .binary, bytes.starts(with: [UInt8(ascii: "E"), UInt8(ascii: ":")]) { return }
        let type = (try? WSEValue(json: bytes.span.bytes))?["t"]?.stringValue ?? ""
        if !["client_hello", "ping", "PONG"].contains(type) { fails("3: \(type) leaves in the clear") }
    }

    /// 5: nothing grows beyond its bound.
    func checkBounds() {
        let settings = scenario.settings
        if machine.outbox.waitingCount > settings.outboundCapacity { fails("5: too many messages wait") }
        if machine.outbox.offlineCount > settings.offlineQueue?.capacity ?? 0 {
            fails("5: too many messages are kept")
        }
        if machine.sequencer.heldEvents > settings.heldInTotal { fails("5: too many events are held") }
        if timers.count > 7 + openSubscriptions.count { fails("5: \(timers.count) timers run") }
    }

    /// 2: ready, and every wanted topic confirmed.
    func checkHealth() {
        if !machine.isReady {
            return fails("2: not ready \(now - scenario.trouble) s after the last fault: \(machine.phase)")
        }
        if !machine.subscriptions.isComplete {
            fails(
                "2: of \(machine.subscriptions.wanted.sorted()) only \(machine.subscriptions.acknowledged.sorted()) are confirmed"
            )
        }
        let wanted = Set(ledger.topics.filter(\.isWanted).map(\.name))
        if machine.subscriptions.wanted != wanted {
            fails("2: the user wants \(wanted.sorted()), the client \(machine.subscriptions.wanted.sorted())")
        }
        if machine.outbox.waitingCount > 0 {
            fails("4: \(machine.outbox.waitingCount) messages wait for nothing")
        }
        if machine.outbox.offlineCount > 0 {
            fails("4: \(machine.outbox.offlineCount) messages are kept on a connection")
        }
    }

    /// 4 and 5, when the user has disconnected.
    func checkTheEnd() {
        if machine.phase != .idle { fails("4: \(machine.phase) after a disconnect") }
        if !timers.isEmpty { fails("4: after a disconnect \(timers.count) timers run") }
        if !openSubscriptions.isEmpty {
            fails("4: callers \(openSubscriptions.sorted()) of a subscription have no outcome")
        }
        if openConnects > 0 { fails("4: a caller of connect has no outcome") }
        if openDisconnects > 0 { fails("4: a caller of disconnect has no outcome") }
        fails(sends.atTheEnd(kept: machine.outbox.offlineCount))

        let counters = machine.counters
        checkCount("events delivered", counters.eventsDelivered, ledger.delivered)
        checkCount("gaps", counters.gaps, ledger.gaps)
        checkCount("missed", counters.missed, Int(ledger.missed))
        checkCount("unreadable", counters.unreadable, announced.unreadable)
        checkCount("downgrades", counters.downgrades, announced.downgrades)
        checkCount("discarded", counters.discarded, sends.discarded)
        checkCount("dropped", counters.dropped, announced.dropped + announced.unwanted)
    }

    private func checkCount(_ what: String, _ counted: UInt64, _ seen: Int) {
        if counted != UInt64(seen) { fails("5: \(counted) \(what) are counted and \(seen) were announced") }
    }
}
