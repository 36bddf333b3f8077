#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A socket of this process, seen from below SwiftNIO.
struct SystemSocket {
    let descriptor: Int32

    /// This process's sockets that lead to a port of 127.0.0.1; other tests' sockets do not count.
    static func all(connectedTo port: Int) -> [SystemSocket] {
        (0..<Int32(8192)).map(SystemSocket.init).filter { $0.peerPort == port }
    }

    private var peerPort: Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getpeername(descriptor, $0, &length)
            }
        }
        guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Whether `TCP_NODELAY` is set.
    var isNoDelay: Bool {
        var value: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length)
        return value > 0
    }

    /// Whether this machine has an IPv6 loopback address.
    static let hasIPv6: Bool = {
        let descriptor = socket(AF_INET6, streamType, 0)
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_addr = in6addr_loopback
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }()
}

/// A listener that accepts nobody and whose queue is full, so that the kernel leaves further attempts unanswered.
struct FullListener {
    let port: Int
    private let descriptors: [Int32]

    init() {
        let listener = socket(AF_INET, streamType, 0)
        var all = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, length)
                _ = listen(listener, 0)
                _ = getsockname(listener, address, &length)
                for _ in 0..<4 {
                    let client = socket(AF_INET, streamType, 0)
                    _ = fcntl(client, F_SETFL, O_NONBLOCK)
                    _ = connect(client, address, length)
                    all.append(client)
                }
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        descriptors = all
    }

    func stop() {
        for descriptor in descriptors { close(descriptor) }
    }
}

#if canImport(Darwin)
    private let streamType = SOCK_STREAM
#else
    private let streamType = Int32(SOCK_STREAM.rawValue)
#endif
