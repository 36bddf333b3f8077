extension WSETestServer.Connection {
    /// Sends a close frame, after everything that was sent before, and ends TCP once the client has answered or
    /// two seconds have passed.
    ///
    /// - Parameters:
    ///   - code: `nil` for a close frame without status, which clients see as 1005. Any number goes out, legal
    ///     or not.
    ///   - reason: At most 123 bytes; what is beyond them is cut off. Goes out with a code only.
    public func close(code: UInt16? = 1000, reason: String = "") {
        link.enqueue(.close(code: code, reason: reason))
    }

    /// Ends TCP without a close frame, after everything that was sent before.
    public func cut(_ style: WSETestServer.CutStyle = .finish) {
        link.enqueue(.cut(style))
    }

    /// Ends TCP without a close frame once so many more frames with data have been sent.
    public func cut(afterFrames frames: Int, _ style: WSETestServer.CutStyle = .finish) {
        link.cut(afterFrames: frames, style)
    }

    /// Stops reading and writing and leaves TCP open: the client sees a half-open connection.
    public func stall() {
        link.setStalled(true)
    }

    /// Ends what ``stall()`` began; what was sent meanwhile follows.
    public func resume() {
        link.setStalled(false)
    }

    /// Holds back what is sent from now on for a while, and then lets it go in order.
    public func delay(_ duration: Duration) {
        link.enqueue(.pause(duration))
    }
}
