import NIOCore
import NIOSSL

extension SocketAddress {
    /// IP address and port as they stand in a URL.
    var text: String {
        guard let address = ipAddress, let port else { return pathname ?? "" }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

extension WebSocketTLSSummary {
    init(_ version: TLSVersion?, _ certificate: NIOSSLCertificate) {
        let name =
            switch version {
            case .tlsv1: "TLSv1"
            case .tlsv11: "TLSv1.1"
            case .tlsv12: "TLSv1.2"
            case .tlsv13: "TLSv1.3"
            case nil: "TLS"
            }
        self.init(version: name, certificateExpiration: Int64(certificate.notValidAfter))
    }
}
