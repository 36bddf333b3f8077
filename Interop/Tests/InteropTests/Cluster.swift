import InteropPeer
import WSEClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Published servers 2.5.1 that pass publications on to each other.
final class Cluster {
    private(set) var nodes: [PublishedServer]
    private let ports: [Int]
    /// How often each was started.
    private(set) var generations: [Int]
    /// Restarts after which a node did not find all others again.
    private(set) var incompleteJoins = 0

    static let options =
        ["--recovery-buffer-size", "65536", "--recovery-max-messages", "65536"]
        + PeerVersion.v2_5_1.unboundedQueue

    private init(nodes: [PublishedServer], ports: [Int]) {
        self.nodes = nodes
        self.ports = ports
        generations = nodes.map { _ in 0 }
    }

    static func start(_ count: Int) async throws -> Cluster {
        var nodes: [PublishedServer] = []
        for _ in 0..<count {
            nodes.append(try await PublishedServer.start(.v2_5_1, arguments: options))
        }
        let cluster = Cluster(nodes: nodes, ports: try freePorts(count))
        guard count > 1 else { return cluster }
        for node in nodes.indices { try await cluster.join(node) }
        for node in nodes { try await node.command("wait", ["for": "cluster", "count": .int(Int64(count - 1)), "timeout": 30]) }
        return cluster
    }

    var urls: [String] { nodes.map(\.url) }

    private func join(_ node: Int) async throws {
        let peers = ports.indices.filter { $0 != node }.map { WSEValue.string("127.0.0.1:\(ports[$0])") }
        try await nodes[node].command("cluster", ["port": .int(Int64(ports[node])), "peers": .array(peers)])
    }

    func kill(_ node: Int) async throws {
        try await nodes[node].kill()
    }

    /// Starts a node that was killed, where it was, and joins it to the others again.
    func restart(_ node: Int) async throws {
        let port = nodes[node].port
        nodes[node] = try await PublishedServer.start(.v2_5_1, arguments: Self.options, port: port)
        generations[node] += 1
        try await join(node)
        // Nodes dial each other again, but the task that does so may die of it in 2.5.1 ("JoinHandle polled after
        // completion"), and then a pair stays apart; so not all of them can be waited for.
        let others = Int64(nodes.count - 1)
        let answer = try? await nodes[node].command("wait", ["for": "cluster", "count": .int(others), "timeout": 4])
        if answer == nil { incompleteJoins += 1 }
    }

    func stop() async throws {
        for node in nodes { try await node.stop() }
    }

    /// The first number of what a node publishes after its latest start, so that no two publications have one id.
    func base(_ node: Int) -> Int { node * 100_000_000 + generations[node] * 10_000_000 }

    private struct NoFreePort: Error {}

    /// Free at this moment, from the system.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for descriptor in sockets { close(descriptor) } }
        return try (0..<count).map { _ in
            #if canImport(Glibc)
                let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            #else
                let descriptor = socket(AF_INET, SOCK_STREAM, 0)
            #endif
            sockets.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
                }
            }
            guard status == 0 else { throw NoFreePort() }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}
