internal import WSEClient

/// Tells a person what the client tells about itself: losses above all.
struct SignalNotices {
    let console: Console

    func show(_ signals: AsyncStream<WSESignal>) async {
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
