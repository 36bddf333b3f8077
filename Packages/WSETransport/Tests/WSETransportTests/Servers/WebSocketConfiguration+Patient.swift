import WSETransport

extension WebSocketConfiguration {
    /// Times so long that a busy machine does not end a test that is not about time.
    static var patient: WebSocketConfiguration {
        var configuration = WebSocketConfiguration()
        configuration.timeouts.connect = .seconds(300)
        configuration.timeouts.handshake = .seconds(300)
        configuration.timeouts.close = .seconds(300)
        return configuration
    }
}
