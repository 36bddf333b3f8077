import WSEWire

/// A TCP proxy that cuts, stalls, delays and refuses on command (`Interop/server/tcp_proxy.py`).
public struct FaultyProxy: Sendable {
    public let port: Int
    private let process: PeerProcess

    public var url: String { "ws://127.0.0.1:\(port)/wse" }

    /// Starts a proxy in front of a port of this machine.
    public static func start(to port: Int) async throws -> FaultyProxy {
        let process = try await PeerProcess.start(
            python: try PeerVersion.v2_5_1.python(), script: "tcp_proxy.py", arguments: ["--to", "\(port)"])
        guard let port = process.greeting["port"]?.intValue else {
            throw PeerError("the proxy does not say where it listens")
        }
        return FaultyProxy(port: port, process: process)
    }

    /// Resets all connections.
    public func cut() async throws { _ = try await process.command("cut", [:]) }

    /// Passes nothing on, in either direction, until it is off again.
    public func setStalled(_ isOn: Bool) async throws {
        _ = try await process.command("stall", ["on": .bool(isOn)])
    }

    /// Holds every piece back for this many seconds.
    public func setDelay(_ seconds: Double) async throws {
        _ = try await process.command("delay", ["seconds": .double(seconds)])
    }

    /// Resets those who connect, until it is off again.
    public func setRefusing(_ isOn: Bool) async throws {
        _ = try await process.command("refuse", ["on": .bool(isOn)])
    }

    public func stop() async throws { try await process.stop() }
}
