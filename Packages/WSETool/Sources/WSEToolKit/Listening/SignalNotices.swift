internal import WSEClient

/// Tells a person what the client tells about itself: losses above all.
struct SignalNotices {
    let console: Console

    /// Shows signals while a function runs, and before it returns all of those that had come by then: a loss is told
    /// before the client moves on, and must not go unseen because the command ends at the next event.
    ///
    /// - Throws: What the function throws.
    func show<Result>(
        _ signals: AsyncStream<WSESignal>, during body: () async throws -> Result
    ) async throws -> Result {
        let showing = Task { await show(signals) }
        // A stream that is cancelled still gives out what it holds.
        do {
            let result = try await body()
            showing.cancel()
            await showing.value
            return result
        } catch {
            showing.cancel()
            await showing.value
            throw error
        }
    }

    private func show(_ signals: AsyncStream<WSESignal>) async {
        var wasLost = false
        for await signal in signals {
            if case .retrying = signal { wasLost = true }
            // The first time is no news.
            if case .state(.connected) = signal, !wasLost { continue }
            if let text = Self.text(signal) {
                console.note(console.diagnosticsStyle.yellow("· " + text.shown))
            }
        }
    }

    /// `nil` for what is of no interest on a terminal.
    static func text(_ signal: WSESignal) -> String? {
        switch signal {
        case .gap(let gap):
            let count = gap.offsets.upperBound - gap.offsets.lowerBound
            let range =
                count == 0
                ? "\(gap.offsets.lowerBound)" : "\(gap.offsets.lowerBound) to \(gap.offsets.upperBound)"
            return "missing for good: \(gap.topic) \(range)"
        case .resync(let topic, let epoch): return "\(topic) begins anew (epoch \(epoch))"
        case .refused(let topics): return "refused: \(topics.sorted().joined(separator: ", "))"
        case .dropped(let count): return "\(count) events dropped, as this end is too slow"
        case .discarded(let ids): return "\(ids.count) messages given up"
        case .downgrade(let type): return "an event in the clear on an encrypted connection: \(type)"
        case .unreadable(let error): return "a frame that cannot be read: \(error)"
        case .rateLimitWarning(let remaining, _):
            return "the server says that messages come too fast"
                + (remaining.map { "; it takes \($0) more" } ?? "")
        case .serverError(let error): return "the server reports \(error)"
        case .retrying(let delay, let cause):
            return "lost the connection (\(ToolError.text(cause))); again in \(delay.shown)"
        case .state(.connected): return "connected again"
        case .quality(let quality) where quality == .poor: return "the link is poor"
        default: return nil
        }
    }
}
