@_spi(WSE) import WSETransport
import CoreMetrics

/// Carries a session's counts over to swift-metrics: by how much each has grown since the last time.
final class MetricsReporter: Sendable {
    private struct Series: Sendable {
        var counter: Counter
        var value: @Sendable (SessionCounters) -> UInt64
    }

    private let series: [Series]
    private let roundTrip: CoreMetrics.Timer
    private let last: OrderedMutex<(values: [UInt64], roundTrips: UInt64)>

    init(_ metrics: WSEMetrics) {
        let factory = metrics.factory ?? MetricsSystem.factory
        let values: [(String, @Sendable (SessionCounters) -> UInt64)] = [
            ("messages_received", { $0.messagesReceived }), ("messages_sent", { $0.messagesSent }),
            ("bytes_received", { $0.bytesReceived }), ("bytes_sent", { $0.bytesSent }),
            ("events_delivered", { $0.eventsDelivered }), ("duplicates", { $0.duplicates }),
            ("gaps", { $0.gaps }), ("missed", { $0.missed }), ("dropped", { $0.dropped }),
            ("unreadable", { $0.unreadable }), ("discarded", { $0.discarded }), ("connects", { $0.connects }),
            ("reconnects", { $0.reconnects }),
        ]
        series = values.map { name, value in
            Series(
                counter: Counter(
                    label: "\(metrics.prefix).\(name)", dimensions: metrics.dimensions, factory: factory),
                value: value)
        }
        last = OrderedMutex((values: values.map { _ in 0 }, roundTrips: 0))
        roundTrip = CoreMetrics.Timer(
            label: "\(metrics.prefix).round_trip", dimensions: metrics.dimensions, factory: factory)
    }

    /// - Parameters:
    ///   - roundTrips: How many were measured so far.
    ///   - roundTrip: The last of them.
    func report(_ counters: SessionCounters, roundTrips: UInt64, last roundTrip: Duration?) {
        let (grown, isNew) = last.withLock { last in
            // One that was overtaken by a later report brings nothing.
            var grown: [(Int, UInt64)] = []
            for (index, series) in series.enumerated() {
                let value = series.value(counters)
                guard value > last.values[index] else { continue }
                grown.append((index, value - last.values[index]))
                last.values[index] = value
            }
            let isNew = roundTrips > last.roundTrips
            if isNew { last.roundTrips = roundTrips }
            return (grown, isNew)
        }
        // Outside of the lock: it is not known what a backend does.
        for (index, value) in grown { series[index].counter.increment(by: Int64(clamping: value)) }
        if isNew, let roundTrip {
            self.roundTrip.recordNanoseconds(Int64(clamping: Int(roundTrip / .nanoseconds(1))))
        }
    }
}
