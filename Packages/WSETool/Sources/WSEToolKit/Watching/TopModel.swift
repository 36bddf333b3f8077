internal import WSEClient

/// What `wse top` knows: fed with events, round trips and statistics, it says what the screen shows.
struct TopModel: Sendable {
    /// One topic's line.
    struct Topic: Sendable {
        var name: String
        var count: UInt64 = 0
        var rate = RateMeter()
        var offset: UInt64?
        var lastType = ""
    }

    let url: String
    private let start: ContinuousClock.Instant
    private(set) var now: ContinuousClock.Instant
    /// By topic; events without one are under the empty name.
    private(set) var topics: [String: Topic] = [:]
    private(set) var statistics: WSEStatistics?
    private(set) var events = RateMeter()
    private(set) var bytesIn = RateMeter()
    private(set) var messagesOut = RateMeter()
    private(set) var bytesOut = RateMeter()
    private(set) var eventCount: UInt64 = 0
    private var roundTrips: [Duration] = []
    private(set) var notices: [String] = []

    /// Of so many round trips percentiles are shown.
    private static let roundTripWindow = 1_000
    private static let noticeWindow = 5
    /// Topics beyond this are counted together, so that a server cannot fill the memory with names.
    private static let topicLimit = 10_000

    init(url: String, start: ContinuousClock.Instant) {
        self.url = url
        self.start = start
        now = start
    }

    mutating func record(_ event: WSEEvent) {
        eventCount += 1
        var name = event.topic ?? ""
        if topics[name] == nil, topics.count >= Self.topicLimit { name = "(others)" }
        var topic = topics[name] ?? newTopic(name)
        topic.count += 1
        topic.offset = event.offset ?? topic.offset
        topic.lastType = event.type
        topics[name] = topic
    }

    /// Its rate counts from the last time that stock was taken, when there was nothing of it.
    private func newTopic(_ name: String) -> Topic {
        var topic = Topic(name: name)
        topic.rate.record(0, at: now)
        return topic
    }

    mutating func note(_ signal: WSESignal) {
        // The screen says so itself.
        if case .state = signal { return }
        guard let text = SignalNotices.text(signal) else { return }
        notices.append(text)
        if notices.count > Self.noticeWindow { notices.removeFirst() }
    }

    /// Takes stock.
    mutating func sample(_ statistics: WSEStatistics, roundTrips: [Duration], at now: ContinuousClock.Instant)
    {
        self.now = now
        self.statistics = statistics
        events.record(eventCount, at: now)
        bytesIn.record(statistics.bytesReceived, at: now)
        messagesOut.record(statistics.messagesSent, at: now)
        bytesOut.record(statistics.bytesSent, at: now)
        for name in topics.keys {
            guard let count = topics[name]?.count else { continue }
            topics[name]?.rate.record(count, at: now)
        }
        self.roundTrips = (self.roundTrips + roundTrips).suffix(Self.roundTripWindow)
    }

    var age: Duration { start.duration(to: now) }
    var latency: LatencySummary { LatencySummary(roundTrips) }

    /// The busiest first.
    var busiest: [Topic] {
        topics.values.sorted {
            ($1.rate.perSecond, $1.count, $0.name) < ($0.rate.perSecond, $0.count, $1.name)
        }
    }
}
