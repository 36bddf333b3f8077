import NIOCore
import NIOPosix
import NIOSSL

/// TLS contexts by configuration: making one reads the system's authorities, which takes milliseconds and megabytes.
final class TLSContextCache: Sendable {
    private let contexts = OrderedMutex<[WebSocketTLSConfiguration: NIOSSLContext]>([:])

    /// Makes contexts off the event loop, as files are read.
    func context(
        for configuration: WebSocketTLSConfiguration, eventLoop: any EventLoop
    ) -> EventLoopFuture<NIOSSLContext> {
        if let known = contexts.withLock({ $0[configuration] }) {
            return eventLoop.makeSucceededFuture(known)
        }
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            let context = try NIOSSLContext(configuration: TLSConfiguration(configuration))
            return self.contexts.withLock { contexts in
                // Two attempts may have come here together; all shall share one.
                let shared = contexts[configuration] ?? context
                contexts[configuration] = shared
                return shared
            }
        }
    }
}

extension TLSConfiguration {
    init(_ configuration: WebSocketTLSConfiguration) throws {
        self = .makeClientConfiguration()
        minimumTLSVersion = .tlsv12
        // The chain is verified all the same; for the name see ServerIdentity.
        certificateVerification = .noHostnameVerification
        switch configuration.trustRoots.source {
        case .system: trustRoots = .default
        case .file(let path): trustRoots = .file(path)
        case .pem(let bytes): trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(bytes))
        }
        switch configuration.clientIdentity?.source {
        case .files(let chain, let key):
            certificateChain = try NIOSSLCertificate.fromPEMFile(chain).map { .certificate($0) }
            privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        case .pem(let chain, let key):
            certificateChain = try NIOSSLCertificate.fromPEMBytes(chain).map { .certificate($0) }
            privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        case nil: break
        }
    }
}
