#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why a program cannot go on, for people.
public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Runs a program and tells by its exit code how it went: 0 done, also after Ctrl-C; 1 failed; 64 wrong arguments. Why goes
/// to standard error.
///
/// - Parameters:
///   - usage: The program's name and its arguments, as in `chat URL ROOM NAME`.
///   - counts: How many arguments there may be.
///   - options: Those that begin with a dash.
///   - body: The program; it gets the arguments.
public func runProgram(
    _ usage: String, arguments counts: some RangeExpression<Int>, options: Set<String> = [],
    body: ([String]) async throws -> Void
) async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == ["--help"] {
        print("usage: \(usage)")
        return
    }
    let areKnown = arguments.allSatisfy { $0.hasPrefix("-") ? options.contains($0) : !$0.isEmpty }
    guard areKnown, counts.contains(arguments.count) else {
        note("usage: \(usage)")
        exit(64)
    }
    // A reader that has gone shall be an error of `show`, not the end of the process in the middle of things.
    signal(SIGPIPE, SIG_IGN)
    do {
        try await body(arguments)
    } catch is OutputClosed {
        // As in `ticker … | head`: whoever wanted it has seen enough.
    } catch {
        note("\(usage.prefix { $0 != " " }): \(error)")
        exit(1)
    }
}

/// The token in the environment's `WSE_TOKEN`, for servers that want one. Not an argument: every user of the machine can
/// read those.
public func accessToken() -> String? {
    guard let value = getenv("WSE_TOKEN") else { return nil }
    let token = String(cString: value)
    return token.isEmpty ? nil : token
}
