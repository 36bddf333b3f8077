/// Runs many seeds on several threads.
struct Campaign {
    struct Failure: Sendable {
        var seed: UInt64
        var violation: String
        var text: String
    }

    private(set) var seeds = 0
    private(set) var failures: [Failure] = []
    private(set) var failed = 0
    /// Of all histories together, in any order.
    private(set) var digest: UInt64 = 0
    /// Of the first histories, to compare with another process.
    private(set) var firstDigest: UInt64 = 0
    private var firstSeeds = 0
    private(set) var counts: [String: Int] = [:]
    private static let compared: UInt64 = 200

    static func run(_ seeds: Range<UInt64>, workers: Int) async throws -> Campaign {
        try await withThrowingTaskGroup(of: Campaign.self) { group in
            for worker in 0..<UInt64(max(1, workers)) {
                group.addTask { @concurrent in
                    var part = Campaign()
                    for seed in seeds where seed % UInt64(max(1, workers)) == worker {
                        try part.run(seed, isFirst: seed - seeds.lowerBound < compared)
                    }
                    return part
                }
            }
            var whole = Campaign()
            for try await part in group { whole.add(part) }
            whole.failures.sort { $0.seed < $1.seed }
            return whole
        }
    }

    private mutating func run(_ seed: UInt64, isFirst: Bool) throws {
        seeds += 1
        let simulation = try Simulation(Scenario(seed: seed))
        let violation = simulation.run()
        digest ^= simulation.history.digest
        if isFirst {
            firstSeeds += 1
            firstDigest ^= simulation.history.digest
        }
        counts.merge(simulation.counts, uniquingKeysWith: +)
        guard let violation else { return }
        failed += 1
        counts["violation " + violation.prefix(1), default: 0] += 1
        guard failures.count < 20 else { return }
        let again = try Simulation(Scenario(seed: seed), isRecorded: true)
        let repeats = again.run() == violation && again.history.digest == simulation.history.digest
        failures.append(
            Failure(
                seed: seed, violation: violation,
                text: """
                    seed \(seed): \(violation)\(repeats ? "" : "\nTHIS HISTORY DOES NOT REPEAT")
                    \(again.scenario.title)
                    \(again.history.text)
                    """))
    }

    private mutating func add(_ part: Campaign) {
        seeds += part.seeds
        failed += part.failed
        failures += part.failures
        digest ^= part.digest
        firstDigest ^= part.firstDigest
        firstSeeds += part.firstSeeds
        counts.merge(part.counts, uniquingKeysWith: +)
    }

    var summary: String {
        let lines = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        let broken = failures.map { "\nbroken \($0.seed): \($0.violation)" }.joined()
        return
            "\(seeds) histories, \(failed) broken, digest \(String(digest, radix: 16)); \(lines)\nfirst \(firstSeeds) have the digest \(String(firstDigest, radix: 16))\(broken)"
    }
}
