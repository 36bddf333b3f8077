import Foundation
import Testing

/// Many histories, each from a seed; see `Simulation`. As many as `WSE_SEEDS` says, from `WSE_SEED` on.
@Suite struct SimulationTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private static var seeds: Range<UInt64> {
        let first = number("WSE_SEED") ?? 0
        return first..<(first + (number("WSE_SEEDS") ?? 200))
    }

    @Test func `the promises hold in every history`() async throws {
        let seeds = Self.seeds
        let report = try await Campaign.run(seeds, workers: Int(Self.number("WSE_WORKERS") ?? 2))
        print(report.summary)
        for failure in report.failures.prefix(3) {
            Issue.record("\(failure.text)")
        }
    }

    @Test func `a history repeats exactly`() throws {
        for seed in Self.seeds.prefix(20) {
            let first = try Simulation(Scenario(seed: seed))
            let second = try Simulation(Scenario(seed: seed), isRecorded: true)
            #expect(first.run() == second.run())
            #expect(first.history.digest == second.history.digest)
        }
    }
}
