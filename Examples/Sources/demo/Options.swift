#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How long and how fast the demo runs.
struct Options {
    var duration = Duration.seconds(10)
    /// Events per second.
    var rate = 500.0

    /// Events in all.
    var count: Int { Int(duration / .seconds(1) * rate) }

    init(_ arguments: some Sequence<String>) {
        if arguments.contains("--quick") { duration = .seconds(4) }
    }
}

func exitWithFailure() -> Never {
    exit(1)
}

/// Into a pipe as well, so that whoever reads along sees what is, and a crash takes nothing with it.
func flushOutput() {
    fflush(nil)
}

func isTerminal() -> Bool {
    isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
}
