import Foundation
import Testing

/// Runs many random histories, each from a seed of its own.
///
/// `WSE_HISTORIES=100000` runs that many instead of the default. A failure names its seed, and `WSE_SEED=<seed>`
/// runs that one alone.
enum Histories {
    /// Thrown by a history at the first thing that is not as it should be.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func run(
        _ name: String, default count: Int, sourceLocation: SourceLocation = #_sourceLocation,
        _ history: (inout SeededGenerator) throws -> Void
    ) {
        for seed in seeds(default: count) {
            var generator = SeededGenerator(seed: seed)
            do {
                try history(&generator)
            } catch {
                Issue.record(
                    "\(name): \(error)\nreplay with WSE_SEED=\(seed)", sourceLocation: sourceLocation)
                return
            }
        }
    }

    private static func seeds(default count: Int) -> Range<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["WSE_SEED"].flatMap({ UInt64($0) }) { return seed..<(seed + 1) }
        return 0..<(environment["WSE_HISTORIES"].flatMap { UInt64($0) } ?? UInt64(count))
    }
}

/// Ends a history unless the two are equal.
func same<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: @autoclosure () -> String
) throws(Histories.Failure) {
    if actual != expected {
        throw Histories.Failure(description: "\(what()): got \(actual), expected \(expected)")
    }
}

/// Ends a history unless the condition holds.
func holds(_ condition: Bool, _ what: @autoclosure () -> String) throws(Histories.Failure) {
    if !condition { throw Histories.Failure(description: what()) }
}
