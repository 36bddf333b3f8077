import Testing

@testable import WSEClient

@Suite struct OutcomesTests {
    @Test func outcomesKeepApartWhoeverExpectsThem() {
        var outcomes = Outcomes<String>()
        for id in 1...3 as ClosedRange<UInt64> { outcomes.expect(id) }
        #expect(outcomes.take(1) == nil)
        for id in [3, 1, 2] as [UInt64] {
            #expect(outcomes.resolve(id, "\(id)") == nil)
            // The first outcome counts.
            #expect(outcomes.resolve(id, "again") == nil)
        }
        // One more, while the others are there.
        outcomes.expect(4)
        #expect(outcomes.take(2) == "2")
        #expect(outcomes.take(1) == "1")
        outcomes.expect(5)
        #expect(outcomes.resolve(4, "4") == nil)
        #expect(outcomes.resolve(5, "5") == nil)
        #expect([3, 4, 5].map { outcomes.take($0) } == ["3", "4", "5"])
        #expect((1...5).allSatisfy { outcomes.take($0) == nil })
    }

    @Test func theUsualOutcomeIsOneAsAnyOther() async {
        var outcomes = Outcomes<String>(usual: "sent")
        for id in 1...3 as ClosedRange<UInt64> { outcomes.expect(id) }
        for id in [2, 1] as [UInt64] {
            #expect(outcomes.resolveUsual(id) == nil)
            #expect(outcomes.resolve(id, "late") == nil)
        }
        let text = await withCheckedContinuation { continuation in
            #expect(outcomes.take(3, or: continuation) == nil)
            outcomes.resolveUsual(3)?.resume(returning: "sent")
        }
        #expect(text == "sent")
        #expect((1...4).map { outcomes.take($0) } == ["sent", "sent", nil, nil])
        #expect(outcomes.resolveUsual(1) == nil)
        #expect(outcomes.take(1) == nil)

        // One that fails where the usual is expected, and one that is asked for before.
        outcomes.expect(5)
        #expect(outcomes.resolve(5, "failed") == nil)
        #expect(outcomes.resolveUsual(5) == nil)
        #expect(outcomes.take(5) == "failed")
        outcomes.expect(6)
        let other = await withCheckedContinuation { continuation in
            #expect(outcomes.take(6, or: continuation) == nil)
            outcomes.resolve(6, "failed")?.resume(returning: "failed")
        }
        #expect(other == "failed")
    }

    @Test func whatIsForgottenOrUnexpectedHasNoOutcome() {
        var outcomes = Outcomes<String>()
        outcomes.expect(1)
        outcomes.expect(2)
        outcomes.forget(1)
        outcomes.forget(2)
        for id in 1...3 as ClosedRange<UInt64> {
            #expect(outcomes.resolve(id, "late") == nil)
            #expect(outcomes.take(id) == nil)
        }
    }

    @Test(arguments: [1, 2] as [UInt64]) func whoWaitsIsResumed(_ id: UInt64) async {
        var outcomes = Outcomes<String>()
        outcomes.expect(1)
        outcomes.expect(2)
        let text = await withCheckedContinuation { continuation in
            #expect(outcomes.take(id, or: continuation) == nil)
            outcomes.resolve(id, "there")?.resume(returning: "there")
            // It was given out, and is not there a second time.
            #expect(outcomes.take(id) == nil)
        }
        #expect(text == "there")
    }
}
