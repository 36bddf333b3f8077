import Testing
@_spi(WSEPool) import WSEClient
import WSEWire

@testable import WSEPool

@Suite struct MergeFilterTests {
    private var now = ContinuousClock.now
    private static let patience = Duration.milliseconds(500)

    private func filter(copies: Bool = false, held: Int = 100) -> MergeFilter {
        var configuration = MergeFilter.Configuration()
        configuration.tellsStampedApartByID = copies
        configuration.relayPatience = copies ? Self.patience : nil
        configuration.heldEvents = held
        var generator = SeededGenerator(seed: 1)
        return MergeFilter(configuration, using: &generator)
    }

    /// What is told of a gap; nothing goes out with it.
    private func missing(_ gap: WSEGap, from member: Int, _ filter: inout MergeFilter) -> [WSEGap] {
        var passed: [WSEEvent] = []
        let told = filter.missing(gap, from: member, now: now, into: &passed)
        #expect(ids(passed) == [])
        return told
    }

    private func ids(_ events: [WSEEvent]) -> [String] { events.map { $0.id ?? "-" } }

    // MARK: Moves

    @Test func `events of a topic's new member wait, and go out from where the old one stopped`() {
        var filter = filter()
        let place = ["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 4))]
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        filter.setPlaces(place, of: move)
        let old = (5...6).map { event("a", "e", $0, id: "\($0)") }
        let new = (5...8).map { event("a", "e", $0, id: "\($0)") }
        #expect(ids(filter.take([old[0]], from: 1, now: now)) == ["5"])
        #expect(ids(filter.take(new + [event("b", "e", 1, id: "b1")], from: 2, now: now)) == ["b1"])
        #expect(ids(filter.take([old[1]], from: 1, now: now)) == ["6"])
        #expect(ids(filter.switchMove(move, now: now)) == ["7", "8"])
        // What the old one still gives is the new one's now, and another topic's is not concerned.
        let late = [event("a", "e", 7, id: "7"), event("c", "e", 7, id: "c7")]
        #expect(ids(filter.take(late, from: 1, now: now)) == ["c7"])
        #expect(ids(filter.endMove(move, places: [:], now: now)) == [])
        #expect(ids(filter.take([event("a", "e", 9, id: "9")], from: 2, now: now)) == ["9"])
        #expect(filter.duplicates == 3)
        #expect(filter.heldCount == 0)
    }

    @Test func `what the old member gives before its place is known counts too`() {
        var filter = filter()
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        #expect(ids(filter.take([event("a", "e", 6, id: "6")], from: 1, now: now)) == ["6"])
        filter.setPlaces(["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 5))], of: move)
        let new = (6...7).map { event("a", "e", $0, id: "\($0)") }
        #expect(ids(filter.take(new, from: 2, now: now)) == [])
        #expect(ids(filter.switchMove(move, now: now)) == ["7"])
    }

    @Test func `what the new member gives late, and the old one has given, is left out`() {
        var filter = filter()
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        filter.setPlaces(["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 5))], of: move)
        #expect(ids(filter.take([event("a", "e", 6, id: "6")], from: 1, now: now)) == ["6"])
        // Its answer came before its replay.
        #expect(ids(filter.switchMove(move, now: now)) == [])
        #expect(ids(filter.take([event("a", "e", 6, id: "6")], from: 2, now: now)) == [])
        let place = ["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 5))]
        #expect(ids(filter.endMove(move, places: place, now: now)) == [])
        let late = (5...8).map { event("a", "e", $0, id: "\($0)") }
        #expect(ids(filter.take(late, from: 2, now: now)) == ["7", "8"])
    }

    @Test func `a topic of which nothing was seen moves with all that comes of it`() {
        var filter = filter()
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        #expect(ids(filter.take([event("a", "e", 0, id: "0")], from: 2, now: now)) == [])
        #expect(ids(filter.take([event("a", "e", 0, id: "0")], from: 1, now: now)) == ["0"])
        #expect(ids(filter.take([event("a", "e", 1, id: "1")], from: 2, now: now)) == [])
        #expect(ids(filter.switchMove(move, now: now)) == ["1"])
    }

    @Test func `what the new member misses and the old one has given is not missing`() {
        var filter = filter()
        let gap = { (first: UInt64, last: UInt64) in WSEGap(topic: "a", epoch: "e", offsets: first...last) }
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        #expect(filter.isHolding(move))
        #expect(filter.lastPlaces(of: move) == [:])
        #expect(missing(gap(0, 3), from: 2, &filter) == [])
        #expect(missing(WSEGap(topic: "b", epoch: "e", offsets: 0...3), from: 2, &filter).count == 1)
        #expect(
            ids(filter.take([event("a", "e", 0, id: "0"), event("a", "e", 1, id: "1")], from: 1, now: now))
                == ["0", "1"])
        #expect(filter.takeCertainGaps() == [])
        #expect(
            filter.lastPlaces(of: move) == ["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 1))])
        #expect(ids(filter.take([event("a", "e", 4, id: "4")], from: 2, now: now)) == [])
        #expect(ids(filter.switchMove(move, now: now)) == ["4"])
        #expect(!filter.isHolding(move))
        #expect(filter.takeCertainGaps() == [gap(2, 3)])
        #expect(filter.takeCertainGaps() == [])
        // Now the old one's is the new one's to give or to miss.
        #expect(missing(gap(2, 2), from: 1, &filter) == [])
        #expect(ids(filter.endMove(move, places: [:], now: now)) == [])
        #expect(missing(gap(5, 6), from: 2, &filter) == [gap(5, 6)])
    }

    @Test func `what the old member misses the new one gives, and takes over with it`() {
        var filter = filter()
        let gap = WSEGap(topic: "a", epoch: "e", offsets: 5...6)
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        filter.setPlaces(["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 4))], of: move)
        var passed: [WSEEvent] = []
        // Before the new one is confirmed nobody else may have it.
        #expect(filter.missing(gap, from: 1, now: now, into: &passed) == [gap])
        #expect(ids(filter.takenOver(move, places: [:], heads: [:], now: now)) == [])
        let new = (5...8).map { event("a", "e", $0, id: "\($0)") }
        #expect(ids(filter.take(new, from: 2, now: now)) == [])
        #expect(filter.missing(gap, from: 1, now: now, into: &passed) == [])
        #expect(ids(passed) == ["5", "6", "7", "8"])
        #expect(ids(filter.take([event("a", "e", 7, id: "7")], from: 1, now: now)) == [])
    }

    @Test func `of a topic that the old member was not answered about the new one's events count at once`() {
        var filter = filter()
        let move = filter.beginMove(["a", "b"], from: 1, to: 2, isWithinServer: true)
        let place = TopicPlace(position: TopicPosition(epoch: "e", offset: 0))
        filter.setPlaces(["a": TopicPlace(), "b": place], of: move)
        let new = [event("a", "e", 5, id: "a5"), event("b", "e", 1, id: "b1")]
        #expect(ids(filter.take(new, from: 2, now: now)) == [])
        #expect(ids(filter.takenOver(move, places: [:], heads: [:], now: now)) == ["a5"])
        // The old one begins later, and gives the other topic on.
        let old = [event("a", "e", 7, id: "a7"), event("b", "e", 1, id: "b1")]
        #expect(ids(filter.take(old, from: 1, now: now)) == ["b1"])
        #expect(ids(filter.take([event("a", "e", 6, id: "a6")], from: 2, now: now)) == ["a6"])
        #expect(filter.isHolding(move))
        #expect(ids(filter.endMove(move, places: [:], now: now)) == [])
        #expect(filter.heldCount == 0)
    }

    @Test func `an answer to the old member that comes late counts, if it is from before the new one's`() {
        var filter = filter()
        let move = filter.beginMove(["a", "b"], from: 1, to: 2, isWithinServer: true)
        filter.setPlaces(["a": TopicPlace(), "b": TopicPlace()], of: move)
        let place = { (offset: UInt64) in TopicPlace(position: TopicPosition(epoch: "e", offset: offset)) }
        let passed = filter.takenOver(
            move, places: ["a": place(18), "b": place(22)], heads: ["a": place(19), "b": place(11)], now: now)
        #expect(ids(passed) == [])
        #expect(filter.isBehind(["a": place(19), "b": place(11)], in: move))
        let new = [event("a", "e", 20, id: "a20"), event("b", "e", 12, id: "b12")]
        #expect(ids(filter.take(new, from: 2, now: now)) == ["b12"])
        let old = [event("a", "e", 19, id: "a19"), event("b", "e", 23, id: "b23")]
        #expect(ids(filter.take(old, from: 1, now: now)) == ["a19"])
        #expect(!filter.isBehind(["a": place(19), "b": place(11)], in: move))
        #expect(ids(filter.endMove(move, places: [:], now: now)) == ["a20"])
    }

    @Test func `whether the old member has come as far as the new one's server`() {
        var filter = filter()
        let heads = [
            "a": TopicPlace(position: TopicPosition(epoch: "e", offset: 1)), "b": TopicPlace(hasNoPast: true),
        ]
        let move = filter.beginMove(["a", "b"], from: 1, to: 2, isWithinServer: true)
        #expect(filter.isBehind(heads, in: move))
        #expect(ids(filter.take([event("a", "e", 0, id: "0")], from: 1, now: now)) == ["0"])
        #expect(filter.isBehind(heads, in: move))
        #expect(ids(filter.take([event("a", "e", 1, id: "1")], from: 1, now: now)) == ["1"])
        #expect(!filter.isBehind(heads, in: move))
        #expect(!filter.isBehind(heads, in: move + 1))
    }

    @Test func `what the old member has given is not missing after the move either`() {
        var filter = filter()
        let gap = { (first: UInt64, last: UInt64) in WSEGap(topic: "a", epoch: "e", offsets: first...last) }
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        #expect(ids(filter.take([event("a", "e", 6, id: "6")], from: 1, now: now)) == ["6"])
        #expect(ids(filter.endMove(move, places: [:], now: now)) == [])
        #expect(missing(gap(5, 6), from: 2, &filter) == [])
        #expect(missing(gap(5, 8), from: 2, &filter) == [gap(7, 8)])
        #expect(missing(WSEGap(topic: "a", epoch: "f", offsets: 5...6), from: 2, &filter).count == 1)
    }

    @Test func `an epoch that ends while its topic moves is given to its end`() {
        var filter = filter()
        let place = ["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 4))]
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        filter.setPlaces(place, of: move)
        let all = [
            event("a", "e", 5, id: "e5"), event("a", "f", 0, id: "f0"), event("a", "f", 1, id: "f1"),
        ]
        #expect(ids(filter.take(Array(all[...1]), from: 1, now: now)) == ["e5", "f0"])
        #expect(ids(filter.take(all, from: 2, now: now)) == [])
        #expect(ids(filter.switchMove(move, now: now)) == ["f1"])
    }

    @Test func `events without stamps are told apart by their ids while a topic moves`() {
        var filter = filter()
        #expect(ids(filter.take([event(nil, id: "x1")], from: 1, now: now)) == ["x1"])
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        #expect(ids(filter.take([event(nil, id: "x2")], from: 1, now: now)) == ["x2"])
        let new = [event(nil, id: "x2"), event(nil, id: "x3"), event(nil, id: nil)]
        #expect(ids(filter.take(new, from: 2, now: now)) == ["-"])
        #expect(ids(filter.switchMove(move, now: now)) == ["x3"])
        #expect(ids(filter.take([event(nil, id: "x3"), event(nil, id: "x4")], from: 1, now: now)) == ["x4"])
    }

    @Test func `what the member before the old one has given is not given again either`() {
        var filter = filter()
        let first = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        #expect(ids(filter.take([event("a", "e", 6, id: "6")], from: 1, now: now)) == ["6"])
        #expect(ids(filter.endMove(first, places: [:], now: now)) == [])
        // The second one has received nothing so far, and knows an older place only.
        let second = filter.beginMove(["a"], from: 2, to: 3, isWithinServer: true)
        filter.setPlaces(["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 5))], of: second)
        let new = (6...7).map { event("a", "e", $0, id: "\($0)") }
        #expect(ids(filter.take(new, from: 3, now: now)) == [])
        #expect(ids(filter.switchMove(second, now: now)) == ["7"])
    }

    @Test func `between servers the old member's last events go out, unless they were passed on`() {
        var filter = filter()
        filter.tellStampedApartByID(true)
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: false)
        #expect(ids(filter.take([event(nil, id: "8")], from: 2, now: now)) == [])
        #expect(ids(filter.switchMove(move, now: now)) == ["8"])
        let late = [event("a", "e", 7, id: "7"), event("a", "e", 8, id: "8")]
        #expect(ids(filter.take(late, from: 1, now: now)) == ["7"])
    }

    @Test func `two topics that move to one member wait for their own moves`() {
        var filter = filter()
        let first = filter.beginMove(["a"], from: 1, to: 3, isWithinServer: true)
        let second = filter.beginMove(["b"], from: 2, to: 3, isWithinServer: true)
        let new = [event("a", "e", 1, id: "a1"), event("b", "e", 1, id: "b1"), event(nil, id: "x")]
        #expect(ids(filter.take(new, from: 3, now: now)) == [])
        #expect(ids(filter.switchMove(first, now: now)) == ["a1"])
        #expect(ids(filter.switchMove(second, now: now)) == ["b1", "x"])
    }

    @Test func `a move that takes too much memory ends by itself, with nothing lost or doubled`() {
        var filter = filter(held: 3)
        let place = ["a": TopicPlace(position: TopicPosition(epoch: "e", offset: 0))]
        let move = filter.beginMove(["a"], from: 1, to: 2, isWithinServer: true)
        filter.setPlaces(place, of: move)
        #expect(ids(filter.take([event("a", "e", 1, id: "1")], from: 1, now: now)) == ["1"])
        let new = (1...4).map { event("a", "e", $0, id: "\($0)") }
        #expect(ids(filter.take(new, from: 2, now: now)) == ["2", "3", "4"])
        #expect(ids(filter.take([event("a", "e", 2, id: "2")], from: 1, now: now)) == [])
        #expect(ids(filter.endMove(move, places: [:], now: now)) == [])
    }

    // MARK: Copies

    @Test func `a copy without a stamp waits for the original, whichever comes first`() {
        var filter = filter(copies: true)
        #expect(ids(filter.take([event(nil, id: "1")], from: 2, now: now)) == [])
        #expect(filter.nextDue == now + Self.patience)
        let original = filter.take(
            [event("a", "e", 0, id: "1"), event("a", "e", 1, id: "2")], from: 1, now: now)
        #expect(original.map(\.offset) == [0, 1])
        #expect(ids(filter.take([event(nil, id: "2")], from: 2, now: now)) == [])
        #expect(filter.nextDue == nil)
        #expect(ids(filter.takeOverdue(now: now + .seconds(9))) == [])
        #expect(filter.duplicates == 1)
    }

    @Test func `a copy whose original does not come goes out after a while, and the original then not`() {
        var filter = filter(copies: true)
        let later = now + .milliseconds(100)
        #expect(ids(filter.take([event(nil, id: "1"), event(nil, id: "2")], from: 2, now: now)) == [])
        #expect(ids(filter.take([event(nil, id: "3"), event(nil, id: "1")], from: 3, now: later)) == [])
        #expect(ids(filter.takeOverdue(now: now + Self.patience - .nanoseconds(1))) == [])
        #expect(ids(filter.takeOverdue(now: now + Self.patience)) == ["1", "2"])
        #expect(filter.nextDue == later + Self.patience)
        let originals = [event("a", "e", 0, id: "1"), event("a", "e", 1, id: "3")]
        #expect(ids(filter.take(originals, from: 1, now: later)) == ["3"])
        #expect(filter.heldCount == 0)
    }

    @Test func `time in which nothing is read does not count for copies`() {
        var filter = filter(copies: true)
        _ = filter.take([event(nil, id: "1")], from: 2, now: now)
        filter.setPaused(true, now: now + .milliseconds(100))
        #expect(filter.nextDue == nil)
        #expect(ids(filter.takeOverdue(now: now + .seconds(60))) == [])
        filter.setPaused(false, now: now + .seconds(60))
        #expect(filter.nextDue == now + .seconds(60) + .milliseconds(400))
        #expect(ids(filter.takeOverdue(now: now + .seconds(61))) == ["1"])
    }

    @Test func `more copies than may wait make the oldest go out`() {
        var filter = filter(copies: true, held: 2)
        let copies = (1...4).map { event(nil, id: "\($0)") }
        #expect(ids(filter.take(copies, from: 2, now: now)) == ["1", "2"])
        #expect(filter.heldCount == 2)
        #expect(ids(filter.takeOverdue(now: now + .seconds(1))) == ["3", "4"])
    }

    @Test func `what is no publication does not wait`() {
        var filter = filter(copies: true)
        let events = [event(nil, id: nil), event(nil, id: "p", type: "presence_join")]
        #expect(ids(filter.take(events, from: 2, now: now)) == ["-", "p"])
    }
}
