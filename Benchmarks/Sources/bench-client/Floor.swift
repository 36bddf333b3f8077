import BenchmarkWork
import CFloor

/// The same work with blocking sockets and nothing around them.
enum Floor {
    /// A connection behind its handshake.
    final class Link {
        let descriptor: Int32
        let reader: UnsafeMutablePointer<floor_reader>

        init(_ port: UInt16) throws {
            descriptor = floor_connect(port)
            guard descriptor >= 0, let reader = floor_reader_make(descriptor) else {
                throw Broken("no connection")
            }
            self.reader = reader
            let request = Array(
                "GET /wse HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    .utf8)
            _ = floor_write(descriptor, request, request.count)
            var head: UnsafePointer<UInt8>?
            try check(floor_read_head(reader, &head) > 0, "no answer")
            try expect("server_ready")
            send(
                #"{"c":"WSE","t":"client_hello","p":{"client_version":"0","protocol_version":1,"features":{"compression":true}},"v":1}"#
            )
            try expect("server_hello")
        }

        deinit {
            floor_reader_free(reader)
            floor_close(descriptor)
        }

        func send(_ text: String) {
            var text = text
            text.withUTF8 { _ = floor_write_frame(descriptor, 1, true, $0.baseAddress!, $0.count) }
        }

        func expect(_ type: String) throws {
            var opcode: UInt8 = 0
            var payload: UnsafePointer<UInt8>?
            var count = 0
            guard floor_read_frame(reader, &opcode, &payload, &count), let payload,
                floor_contains(payload, count, type)
            else { throw Broken("no \(type)") }
        }

        func receive(_ count: Int, _ work: Work) throws -> floor_received {
            send(#"{"c":"U","t":"bench_go","p":{"count":\#(count)},"v":1}"#)
            let frames = count / work.eventsPerFrame
            let received = floor_receive(reader, UInt64(frames))
            try check(received.frames == UInt64(frames), "\(received.frames) frames instead of \(frames)")
            return received
        }
    }

    @concurrent
    static func receive(_ options: Options) async throws -> Report {
        let link = try Link(options.port)
        _ = try link.receive(options.warmUp, options.work)
        let stopwatch = Stopwatch()
        let received = try link.receive(options.count, options.work)
        var report = stopwatch.read(options.count)
        report.add("bytes", Int(received.bytes))
        return report
    }

    /// A frame for each message, one write each.
    @concurrent
    static func send(_ options: Options) async throws -> Report {
        let link = try Link(options.port)
        let filler =
            #","side":"buy","px":42123.25},"id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10","ts":"2026-11-23T02:39:00.123Z","v":1}"#
        func send(_ count: Int) throws {
            link.send(#"{"c":"U","t":"bench_expect","p":{"count":\#(count)},"v":1}"#)
            for number in 0..<count {
                link.send(#"{"c":"U","t":"bench_item","p":{"n":\#(number)\#(filler)"#)
            }
            try link.expect(#""in_order":true"#)
        }
        try send(options.warmUp)
        let stopwatch = Stopwatch()
        try send(options.count)
        return stopwatch.read(options.count)
    }

    /// A ping every 10 ms, as the client's heartbeat sends it.
    @concurrent
    static func ping(_ options: Options) async throws -> Report {
        let link = try Link(options.port)
        var times: [Duration] = []
        for number in 0..<options.warmUp + options.count {
            try await Task.sleep(for: .milliseconds(10))
            let start = ContinuousClock.now
            link.send(#"{"c":"WSE","t":"ping","p":{"timestamp":\#(1_763_865_540_123 + number)},"v":1}"#)
            try link.expect("PONG")
            if number >= options.warmUp { times.append(ContinuousClock.now - start) }
        }
        return .times(times)
    }

    @concurrent
    static func request(_ options: Options) async throws -> Report {
        let link = try Link(options.port)
        var times: [Duration] = []
        for number in 0..<options.warmUp + options.count {
            let start = ContinuousClock.now
            link.send(#"{"c":"U","cid":"c\#(number)","t":"bench_echo","p":{"n":\#(number)},"v":1}"#)
            try link.expect("bench_echo")
            if number >= options.warmUp { times.append(ContinuousClock.now - start) }
        }
        return .times(times)
    }

    @concurrent
    static func connect(_ options: Options) async throws -> Report {
        var times: [Duration] = []
        for number in 0..<options.warmUp + options.count {
            let start = ContinuousClock.now
            let link = try Link(options.port)
            if number >= options.warmUp { times.append(ContinuousClock.now - start) }
            consume(link)
        }
        return .times(times)
    }
}
