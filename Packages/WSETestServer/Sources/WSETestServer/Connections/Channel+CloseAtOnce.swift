internal import NIOCore
internal import NIOSSL

extension Channel {
    /// Ends TCP as it is: TLS does not say goodbye, and so waits for no answer. On the event loop.
    func closeAtOnce() {
        // From the TLS handler's own place on.
        if let context = try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
            context.close(promise: nil)
        } else {
            close(promise: nil)
        }
    }
}
