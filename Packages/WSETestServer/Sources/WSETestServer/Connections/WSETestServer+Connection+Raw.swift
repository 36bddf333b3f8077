internal import NIOCore

extension WSETestServer.Connection {
    /// Sends text as it is, valid or not, and never sealed. `PING:<ms>` is the heartbeat of old servers.
    ///
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendText(_ text: String) -> Bool {
        link.enqueue(.frame(OutboundFrame(text: ByteBuffer(string: text), kind: .direct, isSealed: false)))
    }

    /// Sends a binary message as it is, valid or not, and never sealed.
    ///
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendBinary(_ bytes: [UInt8]) -> Bool {
        link.enqueue(.frame(OutboundFrame(binary: ByteBuffer(bytes: bytes), kind: .direct, isSealed: false)))
    }

    /// Sends bytes that are no WebSocket frame unless you made them one.
    ///
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendRawBytes(_ bytes: [UInt8]) -> Bool {
        link.enqueue(.bytes(ByteBuffer(bytes: bytes)))
    }

    /// Sends a WebSocket ping.
    ///
    /// - Parameter payload: At most 125 bytes; what is beyond them is cut off.
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendPing(_ payload: [UInt8] = []) -> Bool {
        link.enqueue(.ping(ByteBuffer(bytes: payload.prefix(125))))
    }

    /// Returns once no more than so many bytes wait to be written, or the connection ended or is stalled, or the task is
    /// cancelled. A client that does not read makes it wait for as long.
    public func flushed(below bytes: Int = 0) async {
        await link.drained(below: max(0, bytes))
    }
}
