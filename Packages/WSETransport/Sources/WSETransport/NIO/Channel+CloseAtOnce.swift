import NIOCore
import NIOSSL

extension Channel {
    /// Closes the socket without waiting for the peer's TLS farewell. On the event loop only.
    func closeAtOnce() {
        // A close that starts at the TLS handler's own context passes it by.
        if let tls = try? pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self) {
            tls.close(promise: nil)
        } else {
            close(promise: nil)
        }
    }
}
