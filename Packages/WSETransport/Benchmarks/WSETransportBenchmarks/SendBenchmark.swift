import WSETransport

/// Messages per second into a connection, framed and masked, up to a reader that throws them away.
enum SendBenchmark {
    static let count = 1_000_000

    static func run() async throws {
        print("send: \(count) messages")
        for payloadCount in [50, 230, 16 << 10] {
            let (listener, port) = try POSIXSocket.listen()
            startThread {
                let socket = try listener.accept()
                listener.close()
                try socket.write(upgradeResponse(to: try socket.readHead()))
                try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
                    while try socket.read(into: buffer) > 0 {}
                }
                socket.close()
            }
            let socket = try await WebSocket.connect(to: "ws://127.0.0.1:\(port)/")
            let message = [UInt8](repeating: 0x61, count: payloadCount)
            let number = payloadCount > 1000 ? count / 50 : count
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<number { try await socket.send(message) }
            let time = start.duration(to: clock.now).nanoseconds / Double(number)
            let speed = Double(payloadCount) / time
            print(
                "  \(payloadCount) bytes: \(fixed(time)) ns/message, \(Int(1e9 / time)) messages/s, \(fixed(speed)) GB/s"
            )
        }
    }
}
