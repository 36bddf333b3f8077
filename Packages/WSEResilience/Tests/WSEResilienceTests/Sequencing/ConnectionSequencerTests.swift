import Testing
import WSEResilience

@Suite("ConnectionSequencer")
struct ConnectionSequencerTests {
    typealias Sequencer = ConnectionSequencer<UInt64>

    private let start = ContinuousClock.now

    private func drain(_ sequencer: inout Sequencer) -> [Sequencer.Output] {
        var outputs: [Sequencer.Output] = []
        while let output = sequencer.nextOutput() { outputs.append(output) }
        return outputs
    }

    private func feed(_ sequencer: inout Sequencer, _ number: UInt64, after delay: Duration = .zero)
        -> SequencingVerdict
    {
        sequencer.process(number, sequence: number, now: start + delay)
    }

    @Test("the first number sets the baseline, and order goes on from there")
    func order() {
        var sequencer = Sequencer()
        #expect(feed(&sequencer, 7) == .deliver)
        #expect(feed(&sequencer, 8) == .deliver)
        #expect(feed(&sequencer, 8) == .duplicate)
        #expect(feed(&sequencer, 3) == .duplicate)
        #expect(sequencer.position == 8)
        #expect(sequencer.nextDeadline == nil)
    }

    @Test("what comes early is held until what is missing has come")
    func gap() {
        var sequencer = Sequencer()
        _ = feed(&sequencer, 1)
        #expect(feed(&sequencer, 4) == .gap(missing: 2...3))
        #expect(feed(&sequencer, 3) == .hold)
        #expect(feed(&sequencer, 4) == .duplicate)
        #expect(feed(&sequencer, 6) == .hold)
        #expect(sequencer.heldEvents == 3)
        #expect(drain(&sequencer) == [])
        #expect(feed(&sequencer, 2) == .release)
        #expect(drain(&sequencer) == [.deliver(2), .deliver(3), .deliver(4)])
        #expect(feed(&sequencer, 5) == .release)
        #expect(drain(&sequencer) == [.deliver(5), .deliver(6)])
        #expect(sequencer.nextDeadline == nil)
    }

    @Test("what is missing for too long is announced before the event after it")
    func patience() {
        var sequencer = Sequencer()
        _ = feed(&sequencer, 1)
        _ = feed(&sequencer, 3)
        _ = feed(&sequencer, 6, after: .milliseconds(600))
        #expect(sequencer.nextDeadline == start + .seconds(1))
        sequencer.expire(now: start + .milliseconds(999))
        #expect(drain(&sequencer) == [])
        sequencer.expire(now: start + .seconds(1))
        #expect(drain(&sequencer) == [.lost(2...2), .deliver(3)])
        #expect(sequencer.nextDeadline == start + .milliseconds(1_600))
        #expect(feed(&sequencer, 2) == .duplicate)
        sequencer.expire(now: start + .seconds(2))
        #expect(drain(&sequencer) == [.lost(4...5), .deliver(6)])
        #expect(sequencer.nextDeadline == nil)
    }

    @Test("a gap with more than 100 events behind it is passed")
    func bound() {
        var sequencer = Sequencer()
        _ = feed(&sequencer, 0)
        for number: UInt64 in 2...101 { #expect(feed(&sequencer, number) != .release) }
        #expect(sequencer.heldEvents == 100)
        #expect(feed(&sequencer, 102) == .release)
        #expect(drain(&sequencer) == [.lost(1...1)] + (2...102).map { .deliver($0) })
        #expect(sequencer.heldEvents == 0)
    }

    @Test("a reset gives out what is held and begins anew")
    func reset() {
        var sequencer = Sequencer()
        for number: UInt64 in [1, 3, 6] { _ = feed(&sequencer, number) }
        sequencer.reset()
        #expect(drain(&sequencer) == [.lost(2...2), .deliver(3), .lost(4...5), .deliver(6)])
        #expect(sequencer.position == nil)
        #expect(feed(&sequencer, 1) == .deliver)
    }

    @Test("the top of the range neither traps nor wraps around")
    func topOfRange() {
        var sequencer = Sequencer()
        _ = feed(&sequencer, 0)
        #expect(feed(&sequencer, .max) == .gap(missing: 1...(UInt64.max - 1)))
        sequencer.expire(now: start + .seconds(1))
        #expect(drain(&sequencer) == [.lost(1...(UInt64.max - 1)), .deliver(.max)])
        #expect(feed(&sequencer, 0) == .duplicate)
        #expect(feed(&sequencer, .max) == .duplicate)
    }

    @Test("random histories agree with a plain dictionary")
    func histories() {
        Histories.run("connection sequencer", default: 2_000) { generator in
            let configuration = Sequencer.Configuration(
                held: 1 + generator.below(6), patience: .seconds(generator.below(5)))
            var sequencer = Sequencer(configuration)
            var held: [UInt64: ContinuousClock.Instant] = [:]
            var settled: UInt64?
            var expected: [Sequencer.Output] = []
            var now = start

            func release() {
                while let last = settled, last < .max, held.removeValue(forKey: last + 1) != nil {
                    expected.append(.deliver(last + 1))
                    settled = last + 1
                }
            }
            func pass() {
                guard let last = settled, let first = held.keys.min() else { return }
                expected.append(.lost((last + 1)...(first - 1)))
                settled = first - 1
                release()
            }

            for step in 0..<(10 + generator.below(90)) {
                if generator.chance(85) {
                    let base = settled ?? 50
                    let number = generator.chance(50) ? base &+ 1 : base &+ UInt64(generator.below(9)) &- 3
                    let verdict = sequencer.process(number, sequence: number, now: now)
                    let isDelivered = verdict == .deliver
                    if let last = settled, number <= last || held[number] != nil {
                        try same(verdict, .duplicate, "step \(step): \(number)")
                    } else if settled == nil {
                        settled = number
                        try holds(isDelivered, "step \(step): \(number)")
                    } else {
                        held[number] = now
                        if number == base + 1 {
                            release()
                            if isDelivered { try same(expected.count, 1, "step \(step)") }
                        } else if held.count > configuration.held {
                            pass()
                        }
                        if isDelivered { expected.removeFirst() }
                    }
                } else if generator.chance(90) {
                    now = now.advanced(by: .milliseconds(generator.below(3_000)))
                    sequencer.expire(now: now)
                    while let earliest = held.values.min(), earliest + configuration.patience <= now {
                        pass()
                    }
                } else {
                    sequencer.reset()
                    while !held.isEmpty { pass() }
                    settled = nil
                }
                try same(drain(&sequencer), expected, "step \(step): outputs")
                expected = []
                try same(sequencer.position, settled, "step \(step): position")
                try same(sequencer.heldEvents, held.count, "step \(step): held")
                let deadline = held.values.min().map { $0 + configuration.patience }
                try same(sequencer.nextDeadline, deadline, "step \(step): deadline")
            }
        }
    }
}
