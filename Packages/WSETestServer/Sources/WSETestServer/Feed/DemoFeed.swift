public import WSEWire

/// A source of events that look alive: prices that wander, temperatures that follow the day, servers under load.
/// The same seed gives the same events.
///
/// <!-- given: server: WSETestServer -->
/// ```swift
/// var feed = DemoFeed(seed: 1)
/// let event = feed.next()
/// try server.publish(event.type, event.payload, to: event.topic)
/// ```
public struct DemoFeed: Sendable {
    /// One event to publish.
    public struct Event: Sendable, Hashable {
        /// Where to publish it.
        public var topic: String
        /// The event's type.
        public var type: String
        /// What it carries.
        public var payload: WSEValue
    }

    /// Two markets, two weather stations, a server's load.
    public static let defaultTopics = [
        "market.BTC-USD", "market.ETH-USD", "weather.Zurich", "weather.Reykjavik", "load.web-1",
    ]

    /// The topics in the order in which events come.
    public let topics: [String]
    private var sources: [Source]
    private var random: SeededGenerator
    private var turn = 0

    /// - Parameters:
    ///   - topics: The part before the first dot says what kind of values a topic has: `market`, `weather` or
    ///     `load`; any other has a value that wanders. Without any, ``defaultTopics``.
    ///   - seed: The same seed gives the same events.
    public init(topics: [String] = defaultTopics, seed: UInt64 = 1) {
        self.topics = topics.isEmpty ? Self.defaultTopics : topics
        random = SeededGenerator(seed: seed)
        sources = self.topics.enumerated().map { Source(topic: $1, index: $0) }
    }

    /// The next event; topics take turns.
    public mutating func next() -> Event {
        let index = turn
        turn = (turn + 1) % sources.count
        return sources[index].next(&random)
    }
}

extension DemoFeed {
    /// One topic's values.
    struct Source: Sendable {
        private enum Kind: Sendable {
            case market, weather, load, walk
        }

        private let topic: String
        private let name: String
        private let kind: Kind
        private var step = 0
        private var value: Double

        init(topic: String, index: Int) {
            self.topic = topic
            let parts = topic.split(separator: ".", maxSplits: 1)
            name = String(parts.last ?? "")
            switch parts.first {
            case "market": (kind, value) = (.market, index == 0 ? 64_000 : 3_100 / Double(index))
            case "weather": (kind, value) = (.weather, 12)
            case "load": (kind, value) = (.load, 0.35)
            default: (kind, value) = (.walk, 100)
            }
        }

        mutating func next(_ random: inout SeededGenerator) -> Event {
            step += 1
            // The sum of several is close enough to a normal distribution for a walk that looks natural.
            let noise = (0..<4).reduce(0.0) { sum, _ in sum + random.fraction() } - 2
            switch kind {
            case .market: return trade(noise, &random)
            case .weather: return reading(noise, &random)
            case .load: return sample(noise, &random)
            case .walk:
                value += noise
                return Event(topic: topic, type: "value", payload: ["value": .double(round(value, 2))])
            }
        }

        private mutating func trade(_ noise: Double, _ random: inout SeededGenerator) -> Event {
            value = max(0.01, value * (1 + 0.0004 * noise))
            let payload: WSEValue = [
                "symbol": .string(name), "price": .double(round(value, 2)),
                "size": .double(round(0.01 + 2 * random.fraction() * random.fraction(), 4)),
                "side": random.fraction() < 0.5 + noise / 8 ? "buy" : "sell",
            ]
            return Event(topic: topic, type: "trade", payload: payload)
        }

        private mutating func reading(_ noise: Double, _ random: inout SeededGenerator) -> Event {
            // A day passes in 288 readings, one for each five minutes; a triangle is near enough to its curve.
            let time = Double(step % 288) / 288
            let day = 1 - 4 * abs(time - 0.5)
            value += 0.1 * (12 + 6 * day - value) + 0.15 * noise
            let payload: WSEValue = [
                "station": .string(name), "celsius": .double(round(value, 1)),
                "humidity": .int(Int64(min(100, max(20, 95 - 2.4 * value + 6 * random.fraction())))),
            ]
            return Event(topic: topic, type: "reading", payload: payload)
        }

        private mutating func sample(_ noise: Double, _ random: inout SeededGenerator) -> Event {
            let burst = random.fraction() < 0.01 ? 0.4 : 0
            value = min(0.99, max(0.02, value + 0.08 * (0.35 - value) + 0.05 * noise + burst))
            let payload: WSEValue = [
                "host": .string(name), "cpu": .double(round(value, 3)),
                "requests": .int(Int64(1_800 * value + 60 * random.fraction())),
            ]
            return Event(topic: topic, type: "load", payload: payload)
        }

        private func round(_ value: Double, _ digits: Int) -> Double {
            let scale = [1.0, 10, 100, 1_000, 10_000][digits]
            return (value * scale).rounded() / scale
        }
    }
}
