import NIOPosix

/// The threads that serve connections.
@_spi(WSE) public enum TransportThread {
    /// Whether this code runs on one of them, where nothing may block.
    public static var isCurrent: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }
}
