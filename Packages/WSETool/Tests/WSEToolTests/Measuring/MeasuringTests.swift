import Testing
import WSEClient

@testable import WSEToolKit

@Suite("Latency, rates and the screen of wse top")
struct MeasuringTests {
    @Test("Percentiles are the nearest rank")
    func percentiles() {
        let summary = LatencySummary((1...100).shuffled().map { .milliseconds($0) })
        #expect(summary.percentile(0.5) == .milliseconds(50))
        #expect(summary.percentile(0.99) == .milliseconds(99))
        #expect(summary.percentile(1) == .milliseconds(100))
        #expect(summary.percentile(0) == .milliseconds(1))
        #expect(summary.least == .milliseconds(1))
        #expect(summary.greatest == .milliseconds(100))
        #expect(summary.mean == .microseconds(50_500))
        #expect(LatencySummary([.seconds(1), .seconds(2), .seconds(3)]).percentile(0.5) == .seconds(2))
        #expect(LatencySummary([]).percentile(0.5) == nil)
        #expect(LatencySummary([.seconds(3)]).percentile(0.01) == .seconds(3))
    }

    @Test("A rate is the mean over the last intervals")
    func rates() {
        let start = ContinuousClock.now
        var meter = RateMeter(window: 2)
        #expect(meter.perSecond == 0)
        meter.record(100, at: start)
        #expect(meter.perSecond == 0)
        meter.record(200, at: start + .seconds(1))
        #expect(meter.perSecond == 100)
        meter.record(600, at: start + .seconds(2))
        #expect(meter.perSecond == 250)
        // The first reading is out of the window now.
        meter.record(600, at: start + .seconds(3))
        #expect(meter.perSecond == 200)
    }

    @Test("A counter that begins anew, and a clock that stands still, are no rate")
    func oddReadings() {
        let start = ContinuousClock.now
        var meter = RateMeter()
        meter.record(100, at: start)
        meter.record(500, at: start)
        #expect(meter.perSecond == 0)
        meter.record(3, at: start + .seconds(1))
        #expect(meter.perSecond == 0)
    }

    private func model() throws -> TopModel {
        let start = ContinuousClock.now
        var model = TopModel(url: "ws://example/", start: start)
        let client = try WSEClient(url: "ws://127.0.0.1:1/")
        model.sample(client.statistics(), roundTrips: [], at: start)
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        for (topic, count) in [("quiet", 1), ("busy", 20), ("wicked\\u001b[2J", 3)] {
            for offset in 0..<count {
                let json = #"{"t":"tick","tp":"\#(topic)","e":"e","o":\#(offset),"p":1}"#
                decoder.decode(json.utf8Span.span.bytes, as: .text, into: &items)
            }
        }
        for case .event(let event) in items { model.record(event) }
        model.note(.gap(WSEGap(topic: "busy", epoch: "e", offsets: 3...5)))
        model.sample(
            client.statistics(), roundTrips: [.milliseconds(4), .milliseconds(2)], at: start + .seconds(2))
        return model
    }

    @Test("The screen shows the busiest topics first, and what was lost")
    func screen() throws {
        let lines = TopScreen(style: TextStyle(isColored: false)).lines(try model(), nil)
        #expect(lines.first == "ws://example/   pending   server -   2 s")
        #expect(lines.contains("in          12.0 events/s, 0 B/s; 24 events, 0 waiting"))
        #expect(lines.contains("round trip  p50 2 ms, p90 4 ms, p99 4 ms of 2"))
        let topics = lines.drop { !$0.hasPrefix("topic") }.dropFirst().prefix(3)
        #expect(topics.map { $0.prefix { $0 != " " } } == ["busy", #"wicked\u001b[2J"#, "quiet"])
        #expect(topics.first?.hasSuffix("        10.0          20          19  tick") == true)
        #expect(lines.last == "· missing for good: busy 3 to 5")
    }

    @Test("A small screen gets what fits")
    func smallScreen() throws {
        let size = TerminalSize(columns: 80, rows: 13)
        let lines = TopScreen(style: TextStyle(isColored: false)).lines(try model(), size)
        #expect(lines.count <= size.rows - 1)
        #expect(lines.contains { $0.hasPrefix("busy ") })
        #expect(lines.contains("and 2 more"))
        #expect(!lines.contains { $0.hasPrefix("quiet ") })
    }

    @Test("No line is wider than the screen, and what it says of the connection fits into 80 columns")
    func narrowScreen() throws {
        let lines = TopScreen(style: TextStyle(isColored: false)).lines(try model(), nil)
        #expect(lines.prefix(6).allSatisfy { $0.count <= 80 }, "\(lines.prefix(6).map(\.count))")
        let sink = MemorySink()
        let screen = Screen(output: sink)
        let colored = TopScreen(style: TextStyle(isColored: true)).lines(try model(), nil)
        try screen.draw(colored, TerminalSize(columns: 20, rows: 40))
        let drawn = sink.text.replacing(#/\u{1B}\[[?0-9]*[A-Za-z]/#, with: "").split(separator: "\r\n")
        #expect(drawn.count == colored.filter { !$0.isEmpty }.count)
        #expect(drawn.allSatisfy { $0.count <= 20 })
    }

    @Test("Frames are drawn over each other, on a screen that is given back")
    func drawing() throws {
        let sink = MemorySink()
        let screen = Screen(output: sink)
        try screen.open()
        try screen.draw(["a", "b", "c"], TerminalSize(columns: 10, rows: 3))
        screen.close()
        #expect(
            sink.text
                == "\u{1B}[?1049h\u{1B}[?25l\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\r\n\u{1B}[J\u{1B}[?25h\u{1B}[?1049l"
        )
    }

    @Test("A benchmark without requests says nothing of them")
    func report() throws {
        var report = BenchmarkReport()
        report.connects = LatencySummary([.milliseconds(2)])
        report.flow = .init(events: 1_000, bytes: 200_000, duration: .milliseconds(500))
        #expect(
            report.lines(TextStyle(isColored: false)) == [
                "connect     1 times: p50 2 ms, p90 2 ms, p99 2 ms, worst 2 ms",
                "events      1,000 in 500 ms: 2,000 per second, 400.0 kB per second",
            ])
        let json = try WSEValue(json: String(decoding: report.json(), as: UTF8.self))
        #expect(json["connect_ms", "max"] == .int(2) || json["connect_ms", "max"]?.doubleValue == 2)
        #expect(json["round_trip_ms"] == nil)
        #expect(json["events_per_second"]?.doubleValue == 2_000)
    }
}
