internal import Synchronization

/// A line on a terminal that tells how far a command is, written over as it goes on, and gone in the end. Elsewhere
/// there is none.
final class ProgressLine: Sendable {
    private struct State {
        var name = ""
        var (done, total) = (0, 0)
        var drawn = ContinuousClock.now
    }

    private let console: Console
    private let interval: Duration
    private let state = Mutex(State())

    /// - Parameter interval: The least time between two drawings of the same thing.
    init?(console: Console, interval: Duration = .milliseconds(200)) {
        guard console.isDiagnosticsTerminal, console.environment["TERM"] != "dumb" else { return nil }
        self.console = console
        self.interval = interval
    }

    func begin(_ name: String, of total: Int) {
        state.withLock { state in
            (state.name, state.done, state.total, state.drawn) = (name, 0, total, .now)
            draw(state)
        }
    }

    /// One more is done.
    func advance() {
        let now = ContinuousClock.now
        state.withLock { state in
            state.done += 1
            guard state.drawn.duration(to: now) >= interval else { return }
            state.drawn = now
            draw(state)
        }
    }

    func end() { write("") }

    private func draw(_ state: State) {
        write("\(state.name): \(state.done.grouped) of \(state.total.grouped)")
    }

    private func write(_ text: String) { try? console.diagnostics.write(Array("\r\(text)\u{1B}[K".utf8)) }
}
