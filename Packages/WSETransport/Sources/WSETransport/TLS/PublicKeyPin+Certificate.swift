import NIOSSL
import WSECrypto

extension WebSocketTLSConfiguration.PublicKeyPin {
    /// - Throws: ``WebSocketError`` with code `tlsFailed` if none of the pins is the certificate's.
    static func check(
        _ pins: [WebSocketTLSConfiguration.PublicKeyPin], _ certificate: NIOSSLCertificate?
    ) throws(WebSocketError) {
        guard !pins.isEmpty else { return }
        do {
            if let keyInfo = try certificate?.extractPublicKey().toSPKIBytes() {
                let digest = try SHA256.digest(of: keyInfo).bytes
                if pins.contains(where: { $0.sha256 == digest }) { return }
            }
        } catch {
            throw WebSocketError(
                .tlsFailed, "The server certificate's public key could not be read.",
                tlsFailure: .publicKeyMismatch, underlying: error)
        }
        throw WebSocketError(
            .tlsFailed, "The server's certificate does not have a pinned public key.",
            tlsFailure: .publicKeyMismatch)
    }
}
