import Foundation
import Testing

/// Many histories, each from a seed; see `PoolSimulation`. As many as `WSE_SEEDS` says, from `WSE_SEED` on.
@Suite struct PoolSimulationTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private struct Report: Sendable {
        var seeds = 0
        var digest: UInt64 = 0
        /// Of the first histories, to compare with another process.
        var firstDigest: UInt64 = 0
        var firstSeeds = 0
        var counts: [String: Int] = [:]
        var failures: [(seed: UInt64, text: String)] = []

        mutating func add(_ other: Report) {
            seeds += other.seeds
            digest ^= other.digest
            firstDigest ^= other.firstDigest
            firstSeeds += other.firstSeeds
            counts.merge(other.counts, uniquingKeysWith: +)
            failures += other.failures
        }
    }

    private static func run(_ seed: UInt64, isFirst: Bool, into report: inout Report) throws {
        let simulation = try PoolSimulation(PoolScenario(seed: seed))
        let violation = simulation.run()
        report.seeds += 1
        report.digest ^= simulation.history.digest
        if isFirst {
            report.firstSeeds += 1
            report.firstDigest ^= simulation.history.digest
        }
        report.counts.merge(simulation.counts, uniquingKeysWith: +)
        guard let violation else { return }
        let again = try PoolSimulation(PoolScenario(seed: seed), isRecorded: true)
        let repeats = again.run() == violation
        report.failures.append(
            (
                seed,
                "seed \(seed): \(violation)\(repeats ? "" : " (DOES NOT REPEAT)")\n\(again.scenario)\n\(again.history.text)"
            ))
    }

    @Test func `the promises hold in every history`() async throws {
        let first = Self.number("WSE_SEED") ?? 0
        let seeds = first..<(first + (Self.number("WSE_SEEDS") ?? 300))
        let workers = max(1, Self.number("WSE_WORKERS") ?? 2)
        let report = try await withThrowingTaskGroup(of: Report.self) { group in
            for worker in 0..<workers {
                group.addTask { @concurrent in
                    var part = Report()
                    for seed in seeds where seed % workers == worker {
                        try Self.run(seed, isFirst: seed - first < 200, into: &part)
                    }
                    return part
                }
            }
            var whole = Report()
            for try await part in group { whole.add(part) }
            return whole
        }
        let counts = report.counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        print(
            "\(report.seeds) histories of pools, \(report.failures.count) broken, digest \(String(report.digest, radix: 16)); \(counts.joined(separator: ", "))"
        )
        print("first \(report.firstSeeds) have the digest \(String(report.firstDigest, radix: 16))")
        let failures = report.failures.sorted { $0.seed < $1.seed }
        for failure in failures { print("broken \(failure.text.prefix { $0 != "\n" })") }
        for failure in failures.prefix(2) { Issue.record("\(failure.text)") }
    }

    @Test func `a history repeats exactly`() throws {
        let start = Self.number("WSE_SEED") ?? 0
        for seed in start..<start + 10 {
            let first = try PoolSimulation(PoolScenario(seed: seed))
            let second = try PoolSimulation(PoolScenario(seed: seed), isRecorded: true)
            #expect(first.run() == second.run())
            #expect(first.history.digest == second.history.digest)
        }
    }
}
