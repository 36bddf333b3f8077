public import WSEWire

/// A published server in a process of its own, commanded by lines of JSON (see `Interop/README.md`).
public struct PublishedServer: Sendable {
    public let version: PeerVersion
    public let port: Int
    private let process: PeerProcess

    /// The secret that the peer checks tokens with.
    public static let secret = "interop-test-secret-of-32-bytes-!"

    public var url: String { "ws://127.0.0.1:\(port)/wse" }

    /// Starts a server and waits until it listens.
    ///
    /// - Parameter port: A free one if `nil`.
    public static func start(
        _ version: PeerVersion, arguments: [String] = [], authenticates: Bool = true, port: Int? = nil
    ) async throws -> PublishedServer {
        let process = try await PeerProcess.start(
            python: try version.python(), script: "wse_peer.py",
            arguments: (authenticates ? ["--secret", secret] : []) + (port.map { ["--port", "\($0)"] } ?? [])
                + arguments)
        let greeting = process.greeting
        guard let port = greeting["port"]?.intValue, greeting["version"]?.stringValue == version.rawValue
        else {
            throw PeerError("asked for \(version), got \(greeting)")
        }
        return PublishedServer(version: version, port: port, process: process)
    }

    /// Gives a command and waits for its answer.
    @discardableResult
    public func command(_ name: String, _ arguments: [String: WSEValue] = [:]) async throws -> WSEValue {
        try await process.command(name, arguments)
    }

    /// A token for this server; `claims` go into it as they are.
    public func token(_ fields: [String: WSEValue] = [:]) async throws -> String {
        guard let token = try await command("token", fields)["token"]?.stringValue else {
            throw PeerError("the peer made no token")
        }
        return token
    }

    /// Ends the process and waits for it.
    public func stop() async throws {
        try await process.stop()
    }

    /// Kills the process without a word to anybody, and waits until it is gone.
    public func kill() async throws {
        try await process.end()
    }

    /// Sends the process a signal.
    public func signal(_ number: Int32) async {
        await process.signal(number)
    }
}

/// Starts a server, runs `body`, and ends the server on every way out.
public func withPublishedServer<Result>(
    _ version: PeerVersion, arguments: [String] = [], authenticates: Bool = true,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (PublishedServer) async throws -> Result
) async throws -> Result {
    let server = try await PublishedServer.start(
        version, arguments: arguments, authenticates: authenticates)
    do {
        let result = try await body(server)
        try await server.stop()
        return result
    } catch {
        try? await server.stop()
        throw error
    }
}
