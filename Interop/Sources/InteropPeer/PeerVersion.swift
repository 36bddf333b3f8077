import Foundation

/// A published server version to test against.
public enum PeerVersion: String, Sendable, CaseIterable, CustomStringConvertible {
    case v2_5_1 = "2.5.1"
    case v2_0_1 = "2.0.1"

    public var description: String { "wse-server \(rawValue)" }

    /// Options under which a server drops nothing that a slow client leaves waiting. 2.0.1 has no bound anyway.
    public var unboundedQueue: [String] {
        self == .v2_5_1 ? ["--max-outbound-queue-bytes", "268435456"] : []
    }

    /// The Python of the virtual environment that holds this version.
    ///
    /// - Throws: ``PeerError`` where `Scripts/interop` has not named one: a peer that cannot be run fails its tests.
    func python() throws -> String {
        let name = "WSE_PEER_" + rawValue.replacing(".", with: "_")
        guard let path = ProcessInfo.processInfo.environment[name], !path.isEmpty else {
            throw PeerError("\(self) is not set up: \(name) is not set; run Scripts/interop")
        }
        return path
    }
}

/// What went wrong with a peer.
public struct PeerError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
