#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

#if canImport(Darwin)
    private let streamType = SOCK_STREAM
#else
    private let streamType = Int32(SOCK_STREAM.rawValue)
#endif

// The type below has methods of the same names.
private func systemListen(_ socket: Int32, _ backlog: Int32) -> Int32 { listen(socket, backlog) }
private func systemConnect(_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32
{
    connect(socket, address, length)
}
private func systemAccept(_ socket: Int32) -> Int32 { accept(socket, nil, nil) }
private func systemRead(_ socket: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(socket, buffer, count)
}
private func systemWrite(_ socket: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(socket, buffer, count)
}
private func systemClose(_ socket: Int32) -> Int32 { close(socket) }

struct SocketError: Error {
    var call: String
    var number: Int32
}

/// A blocking TCP socket, used from one thread.
struct POSIXSocket: Sendable {
    let descriptor: Int32

    /// A socket that listens on a free port of 127.0.0.1.
    static func listen() throws -> (socket: POSIXSocket, port: UInt16) {
        let descriptor = try check("socket", socket(AF_INET, streamType, 0))
        var address = loopback(port: 0)
        try withAddress(&address) { try check("bind", bind(descriptor, $0, $1)) }
        try check("listen", systemListen(descriptor, 128))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            _ = try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try check("getsockname", getsockname(descriptor, $0, &length))
            }
        }
        return (POSIXSocket(descriptor: descriptor), UInt16(bigEndian: address.sin_port))
    }

    static func connect(port: UInt16) throws -> POSIXSocket {
        let descriptor = try check("socket", socket(AF_INET, streamType, 0))
        var address = loopback(port: port)
        try withAddress(&address) { try check("connect", systemConnect(descriptor, $0, $1)) }
        return POSIXSocket(descriptor: descriptor)
    }

    func accept() throws -> POSIXSocket {
        POSIXSocket(descriptor: try check("accept", systemAccept(descriptor)))
    }

    /// - Returns: 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try check("read", systemRead(descriptor, buffer.baseAddress, buffer.count))
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var start = 0
            while start < buffer.count {
                start += try check(
                    "write", systemWrite(descriptor, buffer.baseAddress! + start, buffer.count - start))
            }
        }
    }

    /// Everything up to an empty line.
    func readHead() throws -> String {
        var bytes: [UInt8] = []
        while bytes.suffix(4) != [13, 10, 13, 10] {
            var byte: UInt8 = 0
            guard try withUnsafeMutableBytes(of: &byte, { try read(into: $0) }) == 1 else { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func close() {
        _ = systemClose(descriptor)
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func withAddress(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

@discardableResult
private func check<Number: SignedInteger>(_ call: String, _ result: Number) throws -> Number {
    guard result >= 0 else { throw SocketError(call: call, number: errno) }
    return result
}
