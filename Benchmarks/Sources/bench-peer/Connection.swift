import BenchmarkWork
import CFloor
import CLibcrypto
import WSECrypto

/// One connection, on a thread of its own: the upgrade, the handshake of protocol section 2, and what the client asks
/// for. `bench_go` asks for so many of the prepared frames; `bench_expect` announces so many `bench_item`, which are
/// counted and confirmed; `bench_echo` is answered.
final class Connection {
    private let descriptor: Int32
    private let reader: UnsafeMutablePointer<floor_reader>
    private let work: Work
    private var frames: PreparedFrames
    private var nextFrame = 0
    private var cipher: SessionCipher?
    private var expected: Int64 = 0
    private var items: Int64 = 0
    private var isInOrder = true

    private static let serverVersion = "2.5.1"

    init?(_ descriptor: Int32, _ work: Work, _ frames: PreparedFrames) {
        guard let reader = floor_reader_make(descriptor) else { return nil }
        (self.descriptor, self.reader, self.work, self.frames) = (descriptor, reader, work, frames)
    }

    deinit {
        floor_reader_free(reader)
        floor_close(descriptor)
    }

    func serve() {
        guard upgrade() else { return }
        send(
            #"{"c":"WSE","t":"server_ready","id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10","ts":"2026-11-23T02:39:00.123Z","seq":1,"p":{"message":"ready","details":{"version":1,"features":{"compression":true,"encryption":\#(work == .encrypted),"batching":true,"recovery":true},"connection_id":"c1","server_time":"2026-11-23T02:39:00.123Z","user_id":"u1"}},"v":1}"#
        )
        var opcode: UInt8 = 0
        var payload: UnsafePointer<UInt8>?
        var count = 0
        while floor_read_frame(reader, &opcode, &payload, &count) {
            switch opcode {
            case 1, 2: received(UnsafeRawBufferPointer(start: payload, count: count))
            case 8:
                floor_write_frame(descriptor, 8, false, payload ?? UnsafePointer(reader.pointee.bytes), count)
                return
            case 9:
                floor_write_frame(
                    descriptor, 10, false, payload ?? UnsafePointer(reader.pointee.bytes), count)
            default: break
            }
        }
    }

    private func upgrade() -> Bool {
        var head: UnsafePointer<UInt8>?
        let count = floor_read_head(reader, &head)
        guard count > 0 else { return false }
        let text = String(decoding: UnsafeBufferPointer(start: head, count: count), as: UTF8.self)
        var key: Substring?
        for line in text.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "sec-websocket-key" {
                key = parts[1].drop { $0 == " " }
            }
        }
        guard let key else { return false }
        let source = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var accept = [UInt8](repeating: 0, count: 32)
        guard floor_accept_value(source, source.count, &accept) == 1 else { return false }
        let value = String(decoding: accept.prefix { $0 != 0 }, as: UTF8.self)
        let answer = Array(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(value)\r\n\r\n"
                .utf8)
        return floor_write(descriptor, answer, answer.count)
    }

    private func send(_ text: String) {
        var message = Array(text.utf8)
        guard let cipher, let sealed = try? cipher.seal(message) else {
            floor_write_frame(descriptor, 1, false, &message, message.count)
            return
        }
        floor_write_frame(descriptor, 2, false, sealed, sealed.count)
    }

    // MARK: Messages

    private func received(_ message: UnsafeRawBufferPointer) {
        guard let start = message.baseAddress else { return }
        if message.count > 2, message[0] == UInt8(ascii: "E"), message[1] == UInt8(ascii: ":") {
            guard let opened = try? cipher?.open(Array(message.dropFirst(2))) else { return }
            opened.withUnsafeBytes { received($0) }
            return
        }
        // The items of a run come one after another, and are told by what only they have.
        if expected > 0, items < expected {
            let number = floor_number_after(start, message.count, #""n":"#)
            if number >= 0 {
                if number != items { isInOrder = false }
                items += 1
                if items == expected {
                    send(
                        #"{"c":"U","t":"bench_done","p":{"count":\#(items),"in_order":\#(isInOrder)},"v":1}"#)
                    (expected, items, isInOrder) = (0, 0, true)
                }
                return
            }
        }
        func has(_ type: String) -> Bool { floor_contains(start, message.count, "\"\(type)\"") }
        if has("bench_go") {
            stream(floor_number_after(start, message.count, #""count":"#))
        } else if has("ping") {
            let timestamp = floor_number_after(start, message.count, #""timestamp":"#)
            sendPlain(
                #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(timestamp),"server_timestamp":\#(timestamp),"latency":0},"v":1}"#
            )
        } else if has("bench_echo") {
            let text = String(decoding: message, as: UTF8.self)
            let parts = text.split(separator: #""cid":""#, maxSplits: 1)
            let identifier = parts.count == 2 ? parts[1].prefix { $0 != "\"" } : ""
            send(#"{"c":"U","t":"bench_echo","cid":"\#(identifier)","p":{"n":1},"v":1}"#)
        } else if has("bench_expect") {
            expected = floor_number_after(start, message.count, #""count":"#)
        } else if has("client_hello") {
            greet(String(decoding: message, as: UTF8.self))
        }
    }

    /// Heartbeat and handshake stay in the clear.
    private func sendPlain(_ text: String) {
        let message = Array(text.utf8)
        floor_write_frame(descriptor, 1, false, message, message.count)
    }

    private func greet(_ hello: String) {
        var answer = ""
        if work == .encrypted {
            guard let (made, key) = try? agree(hello) else { return }
            answer = key.map { #","encryption_public_key":"\#($0)""# } ?? ""
            // Everything is sealed before the client is ready, so that sending is only sending.
            var sealed = PreparedFrames()
            for index in 0..<frames.count {
                guard let frame = try? made.seal(Array(frames.message(index))) else { return }
                sealed.add(frame, opcode: 2)
            }
            frames = sealed
            if key != nil { cipher = made }
        }
        sendPlain(
            #"{"c":"WSE","t":"server_hello","id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a11","p":{"server_version":"\#(Self.serverVersion)","protocol_version":1,"features":{"compression":true,"recovery":true,"batching":true,"encryption":\#(work == .encrypted)},"limits":{"max_message_size":1048576,"rate_limit_capacity":1000000000,"rate_limit_refill":1000000000},"ping_interval":25000,"connection_id":"c1","server_time":"2026-11-23T02:39:00.123Z"\#(answer)},"v":1}"#
        )
    }

    /// The cipher of this connection and this side's public key; without the latter where the client has none and only
    /// counts frames, which are sealed all the same.
    private func agree(_ hello: String) throws -> (SessionCipher, key: String?) {
        let parts = hello.split(separator: #""encryption_public_key":""#, maxSplits: 1)
        guard parts.count == 2 else {
            let key = [UInt8](repeating: 7, count: SymmetricKey.byteCount)
            let made = try key.withUnsafeBytes {
                try SessionCipher(key: SymmetricKey(copying: RawSpan(_unsafeBytes: $0)))
            }
            return (made, nil)
        }
        let exchange = try SessionKeyExchange()
        let publicKey = try P256PublicKey(base64: String(parts[1].prefix { $0 != "\"" }))
        let derivation = try KeyDerivation(serverVersion: Self.serverVersion)
        return (try exchange.finish(peerPublicKey: publicKey, derivation), exchange.publicKey)
    }

    /// Writes frames from memory, and begins anew behind the last.
    private func stream(_ events: Int64) {
        let wanted = max(0, Int(events)) / work.eventsPerFrame
        guard nextFrame + wanted <= frames.count else {
            send(#"{"c":"U","t":"bench_error","p":{},"v":1}"#)
            return
        }
        frames.bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            let first = frames.starts[nextFrame]
            _ = floor_write(descriptor, start + first, frames.starts[nextFrame + wanted] - first)
        }
        nextFrame += wanted
    }
}
