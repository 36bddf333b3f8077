#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Measures the transport beside what it is built on. Build with `-c release`.
///
/// Usage: `WSETransportBenchmarks [receive | roundtrip | send | idle]...`, all by default.
@main
struct Main {
    static func main() async throws {
        let chosen = CommandLine.arguments.dropFirst()
        if chosen.first == "serve-echo" {
            try await EchoProcess.serve()
            return
        }
        // A peer that hangs up shall be an error, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let all: [(String, () async throws -> Void)] = [
            ("receive", ReceiveBenchmark.run), ("roundtrip", RoundTripBenchmark.run),
            ("send", SendBenchmark.run),
            ("idle", IdleBenchmark.run),
        ]
        for (name, run) in all where chosen.isEmpty || chosen.contains(name) {
            try await run()
            fflush(nil)
        }
    }
}

/// Prints a number with two digits behind the point.
func fixed(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}

extension Duration {
    var nanoseconds: Double {
        Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9
    }
}

extension [Double] {
    var median: Double { percentile(0.5) }

    func percentile(_ fraction: Double) -> Double {
        let ordered = sorted()
        return ordered[Swift.min(count - 1, Int(Double(count) * fraction))]
    }
}
