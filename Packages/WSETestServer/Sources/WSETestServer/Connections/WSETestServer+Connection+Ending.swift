extension WSETestServer.Connection {
    /// Sends a close frame, after everything that was sent before, and ends TCP once the client has answered, or has
    /// taken and answered nothing for two to four seconds. Ends a stall.
    ///
    /// - Parameters:
    ///   - code: `nil` for a close frame without status, which clients see as 1005. Any number goes out, legal
    ///     or not.
    ///   - reason: At most 123 bytes; what is beyond them is cut off. Goes out with a code only.
    public func close(code: UInt16? = 1000, reason: String = "") {
        link.enqueue(.close(code: code, reason: reason))
    }

    /// Ends TCP without a close frame, after everything that was sent before, or at once where a close frame went before.
    ///
    /// What a stall holds back is lost, and so is what a client has not taken that takes nothing for two to four seconds.
    public func cut(_ style: WSETestServer.CutStyle = .finish) {
        link.end(style)
    }

    /// Ends TCP without a close frame once the server has meant so many more frames with data for the client.
    ///
    /// All of them count, answers and heartbeat too, whatever becomes of them: one that a fault drops or that finds no
    /// room counts, one that a fault duplicates or holds back counts once.
    public func cut(afterFrames frames: Int, _ style: WSETestServer.CutStyle = .finish) {
        link.cut(afterFrames: frames, style)
    }

    /// Stops reading, handling and writing, and leaves TCP open: the client sees a half-open connection. Has no effect once
    /// the connection was closed or cut.
    public func stall() {
        link.setStalled(true)
    }

    /// Ends what ``stall()`` began; what either side sent meanwhile follows.
    public func resume() {
        link.setStalled(false)
    }

    /// Holds back what is sent from now on for a while, and then lets it go in order.
    public func delay(_ duration: Duration) {
        link.enqueue(.pause(duration))
    }
}
