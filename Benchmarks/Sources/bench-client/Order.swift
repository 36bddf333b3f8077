import BenchmarkWork
import WSEClient

/// Sees to it that every event comes, once and in its place.
struct Order {
    private let isStamped: Bool
    private let topics: Int
    private var number = 0
    private var turn = 0
    private var offset = Work.firstOffset

    init(_ work: Work) {
        isStamped = work != .unstamped
        topics = if case .stamped(let topics) = work { topics } else { 1 }
    }

    @inline(__always)
    mutating func check(_ event: WSEEvent) throws {
        guard isStamped else {
            // What tells the event's place is its payload alone, or its id; reading either is work that the other
            // rows do not have, so it is done now and then.
            if number & 0xFF == 0, event.payload["ts"]?.intValue != Int(Trade.firstTimestamp) + number {
                throw Broken("event \(number) is another one")
            }
            number += 1
            return
        }
        guard event.offset == offset else {
            throw Broken("offset \(event.offset.map(String.init) ?? "-") instead of \(offset)")
        }
        turn += 1
        if turn == topics {
            turn = 0
            offset += 1
        }
    }
}
