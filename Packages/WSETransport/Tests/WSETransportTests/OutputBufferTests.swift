import NIOCore
import Testing

@testable import WSETransport

@Suite("Output buffer")
struct OutputBufferTests {
    private func open(low: Int = 50, high: Int = 100, limit: Int = 200) -> OutputBuffer {
        var configuration = WebSocketConfiguration()
        configuration.output.lowWatermark = low
        configuration.output.highWatermark = high
        configuration.output.limit = limit
        var buffer = OutputBuffer(configuration: configuration)
        buffer.open()
        return buffer
    }

    /// Sends `count` bytes, frame header included.
    private func send(
        _ count: Int, _ buffer: inout OutputBuffer
    ) throws -> (receipt: WebSocketWriteReceipt, needsFlush: Bool) {
        try buffer.send(.binary, [UInt8](repeating: 0, count: count - (count <= 131 ? 6 : 8)).span.bytes)
    }

    /// Writes everything that is due and returns the positions reported.
    private func flush(_ buffer: inout OutputBuffer) -> [UInt64] {
        let count = buffer.beginFlush()
        var positions: [UInt64] = []
        for _ in 0..<count { positions.append(buffer.didWriteChunk().position) }
        return positions
    }

    @Test("The first send asks for a flush, those behind it ride along")
    func oneFlush() throws {
        var buffer = open()
        #expect(try send(10, &buffer).needsFlush)
        #expect(try !send(10, &buffer).needsFlush)
        #expect(flush(&buffer) == [20])
        #expect(try send(10, &buffer).needsFlush)
    }

    @Test("A send during a write waits for it, and then asks for a flush of its own")
    func sendDuringWrite() throws {
        var buffer = open()
        _ = try send(10, &buffer)
        #expect(buffer.beginFlush() == 1)
        #expect(try !send(10, &buffer).needsFlush)
        #expect(buffer.beginFlush() == 0)
        let (position, needsFlush) = buffer.didWriteChunk()
        #expect(position == 10)
        #expect(needsFlush)
        #expect(flush(&buffer) == [20])
    }

    @Test("A send inside a read waits for the read's end")
    func sendInsideRead() throws {
        var buffer = open()
        buffer.beginRead()
        #expect(try !send(10, &buffer).needsFlush)
        #expect(flush(&buffer) == [10])
        #expect(try send(10, &buffer).needsFlush)
    }

    @Test("Writability ends at the high watermark and comes back at the low one, each told once")
    func watermarks() throws {
        var buffer = open(low: 30, high: 100)
        #expect(try send(99, &buffer).receipt.isWritable)
        #expect(buffer.takeWritabilityChanges() == [])
        #expect(try !send(6, &buffer).receipt.isWritable)
        #expect(buffer.takeWritabilityChanges() == [false])
        #expect(buffer.takeWritabilityChanges() == [])
        #expect(flush(&buffer) == [105])
        #expect(buffer.takeWritabilityChanges() == [true])
        #expect(buffer.takeWritabilityChanges() == [])
    }

    @Test("A dip that is over before anybody heard of it is told all the same")
    func unheardDip() throws {
        var buffer = open()
        #expect(try !send(150, &buffer).receipt.isWritable)
        #expect(flush(&buffer) == [150])
        #expect(buffer.takeWritabilityChanges() == [false, true])
    }

    @Test("The hard limit may be reached and not passed; what was refused left no trace")
    func limit() throws {
        var buffer = open(limit: 200)
        _ = try send(150, &buffer)
        do throws(WebSocketError) {
            _ = try buffer.send(.binary, [UInt8](repeating: 0, count: 45).span.bytes)
            Issue.record("was taken")
        } catch {
            #expect(error.code == .outputBufferFull)
        }
        #expect(try send(50, &buffer).receipt.position == 200)
        #expect(flush(&buffer) == [200])
        #expect(try send(150, &buffer).receipt.position == 350)
    }

    @Test("A message that no empty buffer could take is too large, not early")
    func beyondLimit() throws {
        var buffer = open(limit: 200)
        do throws(WebSocketError) {
            _ = try buffer.send(.binary, [UInt8](repeating: 0, count: 193).span.bytes)
            Issue.record("was taken")
        } catch {
            #expect(error.code == .messageTooLarge)
        }
        #expect(try send(200, &buffer).receipt.position == 200)
    }

    @Test("By default the largest message fits on top of a buffer at its high watermark")
    func defaults() throws {
        let configuration = WebSocketConfiguration()
        var buffer = OutputBuffer(configuration: configuration)
        buffer.open()
        let step = [UInt8](repeating: 0, count: configuration.output.highWatermark - 15)
        #expect(try buffer.send(.binary, step.span.bytes).receipt.isWritable)
        let largest = [UInt8](repeating: 0, count: configuration.limits.outboundMessage)
        #expect(try !buffer.send(.binary, largest.span.bytes).receipt.isWritable)
    }

    @Test("While the buffer is full only the latest ping is answered, once there is room")
    func heldPong() throws {
        var buffer = open(low: 50, high: 100, limit: 200)
        _ = try send(150, &buffer)
        for payload in [[1], [2], [3]] as [[UInt8]] { _ = buffer.pong(payload.span.bytes) }
        #expect(buffer.beginFlush() == 1)
        #expect(buffer.didWriteChunk().needsFlush)
        #expect(buffer.beginFlush() == 1)
        var frame = try #require(buffer.handedOverChunk(0))
        #expect(ClientFrame(&frame) == ClientFrame(0x8A, [3]))
        #expect(frame.readableBytes == 0)
    }

    @Test("A flood of pings does not fill the buffer past its watermark")
    func pingFlood() {
        var buffer = open(low: 50, high: 100, limit: 200)
        let payload = [UInt8](repeating: 7, count: 125)
        for _ in 0..<10_000 { _ = buffer.pong(payload.span.bytes) }
        #expect(flush(&buffer) == [131])
    }

    @Test("Large output is handed over in pieces whose positions add up")
    func chunks() throws {
        var buffer = open(low: 1, high: 1 << 20, limit: 1 << 20)
        for _ in 0..<10 { _ = try send(20_000, &buffer) }
        #expect(flush(&buffer) == [60_000, 120_000, 180_000, 200_000])
    }

    @Test("Nothing is taken before it opens, after a close frame, or after the end")
    func phases() throws {
        var buffer = OutputBuffer(configuration: WebSocketConfiguration())
        #expect(throws: WebSocketError.self) { try send(10, &buffer) }
        buffer.open()
        _ = try send(10, &buffer)
        #expect(buffer.close(payload: [3, 232]).isFirst)
        #expect(!buffer.close(payload: [3, 232]).isFirst)
        #expect(throws: WebSocketError.self) { try send(10, &buffer) }
        #expect(flush(&buffer) == [18])
        buffer.close()
        buffer.open()
        #expect(throws: WebSocketError.self) { try send(10, &buffer) }
        #expect(buffer.beginFlush() == 0)
        #expect(buffer.didWriteChunk().needsFlush == false)
    }
}
