import Testing
import WSEResilience

@Suite("NetworkMonitor")
struct NetworkMonitorTests {
    private func monitor(_ milliseconds: [Int], losses: Int = 0) -> NetworkMonitor {
        var monitor = NetworkMonitor()
        for sample in milliseconds { monitor.recordRoundTrip(.milliseconds(sample)) }
        for _ in 0..<losses { monitor.recordLoss() }
        return monitor
    }

    @Test("the quality is unknown until two round trips are known")
    func unknown() {
        #expect(monitor([]).quality == .unknown)
        #expect(monitor([10]).quality == .unknown)
        #expect(monitor([10], losses: 5).quality == .unknown)
        #expect(monitor([10, 10]).quality == .excellent)
    }

    @Test(
        "each limit alone decides, and holds up to and including its value",
        arguments: [
            ([50, 50], NetworkQuality.excellent), ([51, 51], .good), ([150, 150], .good),
            ([151, 151], .fair),
            ([300, 300], .fair), ([301, 301], .poor),
            // Latency stays within 50 ms; the jitter is the difference.
            ([0, 25], .excellent), ([0, 26], .good), ([0, 50], .good), ([0, 51], .fair), ([0, 100], .fair),
            ([0, 101], .poor),
        ])
    func limits(samples: [Int], expected: NetworkQuality) {
        #expect(monitor(samples).quality == expected)
    }

    @Test(
        "loss decides by its share of the probes",
        arguments: [(0, NetworkQuality.excellent), (1, .good), (2, .fair), (3, .fair), (4, .poor)])
    func loss(losses: Int, expected: NetworkQuality) {
        let monitor = monitor(Array(repeating: 10, count: 100 - losses), losses: losses)
        #expect(monitor.quality == expected)
        #expect(monitor.diagnostics.loss == Double(losses) / 100)
    }

    @Test("one loss in a thousand is still excellent")
    func rareLoss() {
        var monitor = NetworkMonitor(.init(window: 1_000))
        for _ in 0..<999 { monitor.recordRoundTrip(.milliseconds(10)) }
        monitor.recordLoss()
        #expect(monitor.quality == .excellent)
        monitor.recordLoss()
        #expect(monitor.quality == .good)
    }

    @Test("latency and jitter are means over the window")
    func means() {
        let diagnostics = monitor([10, 20, 60, 30]).diagnostics
        #expect(diagnostics.latency == .milliseconds(30))
        #expect(diagnostics.jitter == .nanoseconds(26_666_666))
        #expect(diagnostics.lastRoundTrip == .milliseconds(30))
        #expect(diagnostics.samples == 4)
    }

    @Test("what left the window no longer counts")
    func window() {
        var monitor = NetworkMonitor(.init(window: 3))
        for sample in [900, 10, 20, 30] { monitor.recordRoundTrip(.milliseconds(sample)) }
        #expect(monitor.diagnostics.latency == .milliseconds(20))
        #expect(monitor.diagnostics.jitter == .milliseconds(10))
        for _ in 0..<3 { monitor.recordLoss() }
        #expect(monitor.quality == .unknown)
        #expect(monitor.diagnostics.loss == 1)
        #expect(monitor.diagnostics.latency == .zero)
        for _ in 0..<3 { monitor.recordRoundTrip(.milliseconds(40)) }
        #expect(monitor.quality == .excellent)
        #expect(monitor.diagnostics.loss == 0)
    }

    @Test("a reset forgets all, and hostile samples do not overflow")
    func extremes() {
        var monitor = NetworkMonitor(.init(window: .min))
        for _ in 0..<10 {
            monitor.recordRoundTrip(.seconds(Int64.max))
            monitor.recordRoundTrip(.seconds(Int64.min))
        }
        #expect(monitor.quality == .poor)
        monitor.reset()
        #expect(monitor.quality == .unknown)
        #expect(monitor.diagnostics.lastRoundTrip == nil)
    }

    @Test("qualities are ordered")
    func order() {
        #expect(NetworkQuality.allCases == NetworkQuality.allCases.sorted())
        #expect(NetworkQuality.unknown < .poor)
        #expect(NetworkQuality.good < .excellent)
    }

    @Test("random histories agree with sums made afresh")
    func histories() {
        Histories.run("monitor", default: 500) { generator in
            let window = 2 + generator.below(12)
            var monitor = NetworkMonitor(.init(window: window))
            var probes: [Int?] = []
            for step in 0..<(10 + generator.below(90)) {
                let sample = generator.chance(75) ? generator.below(1_000) : nil
                if let sample { monitor.recordRoundTrip(.nanoseconds(sample)) } else { monitor.recordLoss() }
                probes = (probes + [sample]).suffix(window)
                let samples = probes.compactMap { $0 }
                let differences = zip(samples, samples.dropFirst()).map { abs($0 - $1) }
                let diagnostics = monitor.diagnostics
                let latency = samples.isEmpty ? 0 : samples.reduce(0, +) / samples.count
                let jitter = differences.isEmpty ? 0 : differences.reduce(0, +) / differences.count
                try same(diagnostics.latency, .nanoseconds(latency), "step \(step): latency")
                try same(diagnostics.jitter, .nanoseconds(jitter), "step \(step): jitter")
                let loss = Double(probes.count - samples.count) / Double(probes.count)
                try same(diagnostics.loss, loss, "step \(step): loss")
                try same(diagnostics.samples, samples.count, "step \(step): samples")
            }
        }
    }
}
