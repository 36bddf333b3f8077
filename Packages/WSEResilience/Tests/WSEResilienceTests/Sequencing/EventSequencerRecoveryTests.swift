import Testing
import WSEResilience

@Suite("EventSequencer: gaps and recovery")
struct EventSequencerRecoveryTests {
    /// A rig whose topic "t" stands at 10, with an empty log.
    private func rig(_ configuration: SequencingConfiguration = SequencingConfiguration()) -> SequencerRig {
        var rig = SequencerRig(configuration)
        rig.event("t", 10)
        _ = rig.takeLog()
        return rig
    }

    @Test("a gap is asked for once, later events are held, and the replay releases all in order")
    func gap() {
        var rig = rig()
        #expect(rig.event("t", 13) == .gap(missing: 11...12))
        #expect(rig.takeLog() == [.request("t", after: 10, missing: 11...12)])
        #expect(rig.event("t", 14) == .hold)
        #expect(rig.event("t", 16) == .hold)
        #expect(rig.event("t", 14) == .duplicate)
        #expect(rig.takeLog() == [])
        #expect(rig.event("t", 11) == .deliver)
        #expect(rig.event("t", 12) == .release)
        #expect(rig.takeLog() == [11, 12, 13, 14])
        #expect(rig.event("t", 13) == .duplicate)
        #expect(rig.event("t", 15) == .release)
        #expect(rig.takeLog() == [15, 16])
        rig.answer("t", head: 16, recovered: true)
        #expect(rig.event("t", 17) == .deliver)
        #expect(rig.takeLog() == [17])
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.sequencer.statistics.requests == 1)
    }

    @Test("what recovery cannot bring is announced before the event after it")
    func unrecoverable() {
        var rig = rig()
        rig.event("t", 13)
        rig.event("t", 14)
        _ = rig.takeLog()
        rig.answer("t", head: 14, recovered: false)
        #expect(rig.takeLog() == [.lost("t", 11...12), 13, 14])
        #expect(rig.event("t", 11) == .duplicate)
        #expect(rig.event("t", 15) == .deliver)
        #expect(rig.sequencer.statistics.lost == 2)
    }

    @Test("a refused recovery announces every hole among what is held")
    func severalHoles() {
        var rig = rig()
        for offset: UInt64 in [13, 16, 14] { rig.event("t", offset) }
        _ = rig.takeLog()
        rig.answer("t", head: 16, recovered: false)
        #expect(rig.takeLog() == [.lost("t", 11...12), 13, 14, .lost("t", 15...15), 16])
    }

    @Test("a hole behind what the answer speaks of is asked for anew")
    func holeBehindHead() {
        var rig = rig()
        for offset: UInt64 in [13, 16] { rig.event("t", offset) }
        _ = rig.takeLog()
        rig.answer("t", head: 14, recovered: false)
        #expect(
            rig.takeLog() == [
                .lost("t", 11...12), 13, .lost("t", 14...14), .request("t", after: 14, missing: 15...15),
            ])
        rig.event("t", 15)
        #expect(rig.takeLog() == [15, 16])
    }

    @Test("a server whose head lies behind what it has sent is not asked for the same hole for ever")
    func headBehindWhatWasSeen() {
        var rig = rig()
        rig.event("t", 13)
        rig.event("t", 16)
        _ = rig.takeLog()
        rig.answer("t", head: 10, recovered: true)
        // The hole before 13 was asked for and did not come; the one before 16 was not yet asked for.
        #expect(rig.takeLog() == [.lost("t", 11...12), 13, .request("t", after: 13, missing: 14...15)])
        rig.answer("t", head: 10, recovered: true)
        #expect(rig.takeLog() == [.lost("t", 14...15), 16])
        #expect(rig.sequencer.nextDeadline == nil)
    }

    @Test("a hole that opened after the position was asked for is asked for before it is announced")
    func holeAfterTheRequest() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        #expect(rig.event("t", 12) == .hold)
        rig.answer("t", head: 10, recovered: true)
        #expect(rig.takeLog() == [.request("t", after: 10, missing: 11...11)])
        rig.event("t", 11)
        #expect(rig.takeLog() == [11, 12])
    }

    @Test("an answer that speaks of a former epoch belongs to an earlier request, and ends none")
    func lateAnswerOfFormerEpoch() {
        var rig = rig()
        rig.event("t", 12)
        rig.event("t", 0, epoch: "f")
        rig.event("t", 2, epoch: "f")
        _ = rig.takeLog()
        rig.answer("t", head: 12, epoch: "e", recovered: true)
        #expect(rig.takeLog() == [])
        #expect(rig.event("t", 1, epoch: "f") == .release)
        #expect(rig.takeLog() == [.event("t@f:1"), .event("t@f:2")])
    }

    @Test("an extended request has its full time again, and progress counts from there")
    func extended() {
        var rig = rig()
        rig.event("t", 14)
        rig.event("t", 11)
        _ = rig.takeLog()
        rig.expire(after: .seconds(4))
        rig.sequencer.extendRecovery(of: "t", now: rig.now)
        #expect(rig.sequencer.nextDeadline == rig.now + .seconds(5))
        rig.expire(after: .milliseconds(4_999))
        #expect(rig.takeLog() == [])
        rig.event("t", 12)
        rig.expire(after: .milliseconds(1))
        #expect(rig.takeLog() == [12])
        rig.sequencer.extendRecovery(of: "t", now: rig.now)
        rig.expire(after: .seconds(5))
        #expect(rig.takeLog() == [.lost("t", 13...13), 14])
        #expect(rig.sequencer.statistics.timeouts == 1)
        #expect(rig.sequencer.statistics.requests == 1)
    }

    @Test("without a request on its way there is nothing to extend")
    func nothingToExtend() {
        var rig = rig()
        rig.sequencer.extendRecovery(of: "t", now: rig.now)
        rig.sequencer.extendRecovery(of: "unknown", now: rig.now)
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.sequencer.topicCount == 1)
    }

    @Test("without recovery a gap is announced and passed at once")
    func recoveryOff() {
        var rig = rig(SequencingConfiguration(isRecoveryAvailable: false))
        #expect(rig.event("t", 13) == .release)
        #expect(rig.takeLog() == [.lost("t", 11...12), 13])
        #expect(rig.event("t", 12) == .duplicate)
        #expect(rig.event("t", 14) == .deliver)
        #expect(rig.sequencer.heldEvents == 0)
        #expect(rig.sequencer.beginRecovery(of: "t", now: rig.now) == nil)
    }

    @Test("recovery can be off for one topic only, and be turned off while events are held")
    func recoveryTurnedOff() {
        var rig = rig()
        rig.event("u", 0)
        rig.event("t", 12)
        rig.event("u", 2)
        _ = rig.takeLog()
        rig.sequencer.setRecovery(available: false, for: "t", now: rig.now)
        rig.drain()
        #expect(rig.takeLog() == [.lost("t", 11...11), 12])
        #expect(rig.event("t", 14) == .release)
        #expect(rig.event("u", 3) == .hold)
        _ = rig.takeLog()
        rig.sequencer.setRecovery(available: false, now: rig.now)
        rig.drain()
        #expect(rig.takeLog() == [.lost("u", 1...1), .event("u@e:2"), .event("u@e:3")])
        #expect(rig.sequencer.nextDeadline == nil)
        rig.sequencer.setRecovery(available: true, now: rig.now)
        #expect(rig.event("u", 5) == .gap(missing: 4...4))
        #expect(rig.event("t", 16) == .release)
        rig.sequencer.setRecovery(available: true, for: "t", now: rig.now)
        #expect(rig.event("t", 18) == .gap(missing: 17...17))
    }

    @Test("turning recovery off gives up topics in the order in which they came to be followed")
    func recoveryTurnedOffInOrder() {
        var rig = SequencerRig()
        let topics = (0..<20).map { "topic\($0)" }
        for topic in topics { rig.event(topic, 0) }
        for topic in topics.reversed() { rig.event(topic, 2) }
        _ = rig.takeLog()
        rig.sequencer.setRecovery(available: false, now: rig.now)
        rig.drain()
        #expect(rig.takeLog() == topics.flatMap { [.lost($0, 1...1), .event("\($0)@e:2")] })
    }

    @Test("a replay cut short does not move the position to the head, but goes on")
    func cutShort() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.event("t", 11)
        rig.event("t", 12)
        rig.answer("t", head: 20, recovered: true)
        #expect(rig.sequencer.position(of: "t")?.offset == 12)
        #expect(rig.takeLog() == [11, 12, .request("t", after: 12, missing: 13...20)])
        // The second answer brought nothing: the rest is gone.
        rig.answer("t", head: 20, recovered: true)
        #expect(rig.takeLog() == [.lost("t", 13...20)])
        #expect(rig.event("t", 21) == .deliver)
    }

    @Test("a hole in the middle of a replay is asked for again before it is given up")
    func brokenReplay() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        for offset: UInt64 in [11, 13, 14] { rig.event("t", offset) }
        rig.answer("t", head: 14, recovered: true)
        #expect(rig.takeLog() == [11, .request("t", after: 11, missing: 12...12)])
        for offset: UInt64 in [12, 13, 14] { rig.event("t", offset) }
        rig.answer("t", head: 14, recovered: true)
        #expect(rig.takeLog() == [12, 13, 14])
    }

    @Test("an answer never moves the position backwards")
    func headBehind() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.answer("t", head: 4, recovered: false)
        #expect(rig.sequencer.position(of: "t")?.offset == 10)
        rig.answer("t", head: 4, recovered: true)
        #expect(rig.sequencer.position(of: "t")?.offset == 10)
        #expect(rig.event("t", 5) == .duplicate)
        #expect(rig.takeLog() == [])
    }

    @Test("an answer without history changes nothing but to end the request")
    func noHistory() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.answer("t", head: nil, recovered: false)
        #expect(rig.takeLog() == [])
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.event("t", 11) == .deliver)
    }

    @Test("an unasked answer moves no position")
    func unasked() {
        var rig = rig()
        rig.answer("t", head: 50, recovered: false)
        #expect(rig.sequencer.position(of: "t")?.offset == 10)
        #expect(rig.takeLog() == [])
        rig.answer("unknown", head: 50, recovered: false)
        #expect(rig.sequencer.topicCount == 1)
    }

    @Test("an event overtaken by the announcement of its loss is delivered if none after it was")
    func overtaken() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.answer("t", head: 14, recovered: false)
        #expect(rig.takeLog() == [.lost("t", 11...14)])
        #expect(rig.sequencer.position(of: "t")?.offset == 14)
        #expect(rig.event("t", 10) == .duplicate)
        #expect(rig.event("t", 13) == .deliver)
        #expect(rig.event("t", 12) == .duplicate)
        #expect(rig.event("t", 13) == .duplicate)
        #expect(rig.event("t", 15) == .deliver)
        #expect(rig.event("t", 14) == .duplicate)
        #expect(rig.takeLog() == [13, 15])
    }

    @Test("an answer gives a topic without position its baseline")
    func baselineByAnswer() {
        var rig = SequencerRig()
        rig.sequencer.track("t")
        rig.answer("t", head: 50, recovered: false)
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "e", offset: 50))
        // The head itself may have been published while the answer was on its way.
        #expect(rig.event("t", 50) == .deliver)
        #expect(rig.event("t", 52) == .gap(missing: 51...51))
        #expect(rig.takeLog() == [50, .request("t", after: 50, missing: 51...51)])
    }

    @Test("a topic of which only an answer was known goes on from the first event, and holes behind it show")
    func beginningBeforeTheWord() {
        var rig = SequencerRig()
        rig.sequencer.track("t")
        rig.answer("t", head: 50, recovered: false)
        // Published before the answer, sent after it.
        #expect(rig.event("t", 48) == .deliver)
        #expect(rig.event("t", 51) == .gap(missing: 49...50))
        #expect(rig.takeLog() == [48, .request("t", after: 48, missing: 49...50)])
        for offset: UInt64 in [49, 50] { rig.event("t", offset) }
        #expect(rig.takeLog() == [49, 50, 51])
        #expect(rig.event("t", 48) == .duplicate)
    }

    @Test("what was asked for after an answer's head is asked for anew when the first event lies before that")
    func beginningBeforeARequest() {
        var rig = SequencerRig()
        rig.sequencer.track("t")
        rig.answer("t", head: 50, recovered: false)
        #expect(rig.event("t", 52) == .gap(missing: 51...51))
        #expect(rig.event("t", 48) == .release)
        #expect(
            rig.takeLog() == [
                .request("t", after: 50, missing: 51...51), 48, .request("t", after: 48, missing: 49...51),
            ])
        rig.answer("t", head: 52, recovered: false)
        #expect(rig.takeLog() == [.lost("t", 49...51), 52])
    }

    @Test("resuming expects what comes after the position, live events being held meanwhile")
    func resume() {
        var rig = rig()
        let request = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        #expect(request?.position == TopicPosition(epoch: "e", offset: 10))
        #expect(request?.missing == nil)
        #expect(request?.deadline == rig.now + .seconds(5))
        #expect(rig.sequencer.beginRecovery(of: "t", now: rig.now) == nil)
        #expect(rig.event("t", 14) == .hold)
        for offset: UInt64 in [11, 12, 13] { rig.event("t", offset) }
        rig.answer("t", head: 14, recovered: true)
        #expect(rig.takeLog() == [11, 12, 13, 14])
        #expect(rig.sequencer.beginRecovery(of: "unknown", now: rig.now) == nil)
    }

    @Test("a request without answer is given up at its deadline")
    func timeout() {
        var rig = rig(SequencingConfiguration(recoveryTimeout: .seconds(5)))
        rig.event("t", 12)
        #expect(rig.sequencer.nextDeadline == rig.now + .seconds(5))
        rig.expire(after: .milliseconds(4_999))
        #expect(rig.takeLog() == [.request("t", after: 10, missing: 11...11)])
        rig.expire(after: .milliseconds(1))
        #expect(rig.takeLog() == [.lost("t", 11...11), 12])
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.sequencer.statistics.timeouts == 1)
        // The late answer finds nothing to do, and the next gap is asked for anew.
        rig.answer("t", head: 40, recovered: true)
        #expect(rig.event("t", 14) == .gap(missing: 13...13))
    }

    @Test("a replay that is under way is not cut off by the deadline")
    func slowReplay() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.event("t", 20)
        for offset: UInt64 in 11..<15 {
            rig.event("t", offset)
            rig.expire(after: .seconds(5))
        }
        #expect(rig.takeLog() == [11, 12, 13, 14])
        #expect(rig.sequencer.statistics.timeouts == 0)
        // It has come to a halt: the rest is asked for anew, and given up when nothing comes of that either.
        rig.expire(after: .seconds(5))
        #expect(rig.takeLog() == [.request("t", after: 14, missing: 15...19)])
        rig.expire(after: .seconds(5))
        #expect(rig.takeLog() == [.lost("t", 15...19), 20])
        #expect(rig.sequencer.statistics.timeouts == 2)
    }

    @Test("a hole that opens while an old request goes unanswered is asked for in its own right")
    func unansweredBefore() {
        var rig = rig()
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.event("t", 11)
        #expect(rig.event("t", 13) == .hold)
        rig.expire(after: .seconds(5))
        #expect(rig.takeLog() == [11])
        rig.expire(after: .seconds(5))
        #expect(rig.takeLog() == [.request("t", after: 11, missing: 12...12)])
        rig.event("t", 12)
        #expect(rig.takeLog() == [12, 13])
    }

    @Test("a request may be given a timeout of its own")
    func ownTimeout() {
        var rig = SequencerRig()
        for topic in ["a", "b", "c"] { rig.event(topic, 0) }
        #expect(
            rig.sequencer.beginRecovery(of: "a", timeout: .seconds(30), now: rig.now)?.deadline
                == rig.now + .seconds(30))
        #expect(
            rig.sequencer.beginRecovery(of: "b", timeout: .seconds(1), now: rig.now)?.deadline
                == rig.now + .seconds(1))
        rig.event("c", 2)
        #expect(rig.sequencer.nextDeadline == rig.now + .seconds(1))
        rig.expire(after: .seconds(1))
        #expect(rig.sequencer.nextDeadline == rig.start + .seconds(5))
        rig.expire(after: .seconds(4))
        #expect(rig.sequencer.nextDeadline == rig.start + .seconds(30))
        rig.event("a", 2)
        rig.expire(after: .seconds(25))
        #expect(rig.log.suffix(2) == [.lost("a", 1...1), .event("a@e:2")])
    }

    @Test("deadlines of many topics come one after the other, ended ones not at all")
    func deadlines() {
        var rig = SequencerRig()
        for topic in ["a", "b", "c"] {
            rig.event(topic, 0)
            rig.event(topic, 2)
            rig.now = rig.now + .seconds(1)
        }
        #expect(rig.sequencer.nextDeadline == rig.start + .seconds(5))
        rig.answer("a", head: 2, recovered: false)
        #expect(rig.sequencer.nextDeadline == rig.start + .seconds(6))
        rig.answer("c", head: 2, recovered: false)
        rig.expire(after: .seconds(3))
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.log.suffix(2) == [.lost("b", 1...1), .event("b@e:2")])
    }

    @Test("a lost connection ends requests but keeps what is held, for the next one to fill")
    func connectionLost() {
        var rig = rig()
        rig.event("t", 13)
        _ = rig.takeLog()
        rig.sequencer.connectionLost()
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.sequencer.heldEvents == 1)
        rig.expire(after: .seconds(60))
        #expect(rig.takeLog() == [])
        let request = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        #expect(request?.missing == 11...12)
        for offset: UInt64 in [11, 12, 13, 14] { rig.event("t", offset) }
        rig.answer("t", head: 14, recovered: true)
        #expect(rig.takeLog() == [11, 12, 13, 14])
    }

    @Test("a recovery that cannot be asked for is abandoned")
    func abandoned() {
        var rig = rig()
        rig.event("t", 13)
        _ = rig.takeLog()
        rig.sequencer.abandonRecovery(of: "t", now: rig.now)
        rig.drain()
        #expect(rig.takeLog() == [.lost("t", 11...12), 13])
        #expect(rig.sequencer.nextDeadline == nil)
    }

    @Test("what the server has no longer is skipped, and the request goes on for the rest")
    func skipped() {
        var rig = rig()
        rig.event("t", 20)
        _ = rig.takeLog()
        rig.event("t", 17)
        rig.sequencer.skip("t", through: 15, now: rig.now)
        rig.drain()
        #expect(rig.takeLog() == [.lost("t", 11...15)])
        for offset: UInt64 in [16, 18, 19] { rig.event("t", offset) }
        #expect(rig.takeLog() == [16, 17, 18, 19, 20])
        // Without a hole, as after a reconnect.
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.sequencer.skip("t", through: 25, now: rig.now)
        rig.drain()
        #expect(rig.takeLog() == [.lost("t", 21...25)])
        #expect(rig.event("t", 26) == .deliver)
    }
}
