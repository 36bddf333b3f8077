import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The name or address that a server's certificate must be for (RFC 9525).
///
/// NIOSSL's own check takes a certificate for the address of the socket even where a name was asked for. Then whoever
/// answers at that address, a proxy or a machine that forged DNS pointed to, would pass for the name. So the chain is
/// verified there and the identity here: against subject alternative names only, never the socket.
struct ServerIdentity: Sendable {
    private enum Kind: Sendable {
        /// In lower case, without the dot of the root.
        case name([UInt8])
        /// 4 or 16 bytes in network order.
        case address([UInt8])
    }

    private let kind: Kind

    /// - Parameter text: A DNS name, or an IP address; IPv6 without brackets.
    init(_ text: String) {
        var v4 = [UInt8](repeating: 0, count: 4)
        var v6 = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &v4) == 1 {
            kind = .address(v4)
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            kind = .address(v6)
        } else {
            var name = Array(text.utf8)
            if name.last == UInt8(ascii: ".") { name.removeLast() }
            kind = .name(name.map(Self.lowercased))
        }
    }

    /// What to send as SNI (RFC 6066 section 3): names only.
    var serverNameIndication: String? {
        if case .name(let name) = kind { String(decoding: name, as: UTF8.self) } else { nil }
    }

    /// Whether one of the certificate's subject alternative names is this.
    func isVouched(by certificate: NIOSSLCertificate) -> Bool {
        certificate._subjectAlternativeNames().contains { name in
            switch name.nameType {
            case .dnsName: isVouched(byName: name.contents.withUnsafeBufferPointer { Array($0) })
            case .ipAddress: isVouched(byAddress: name.contents.withUnsafeBufferPointer { Array($0) })
            default: false
            }
        }
    }

    func isVouched(byAddress bytes: [UInt8]) -> Bool {
        if case .address(let address) = kind { address == bytes } else { false }
    }

    /// A star stands for exactly one label, the leftmost, and only before two further ones (section 6.3).
    func isVouched(byName pattern: [UInt8]) -> Bool {
        guard case .name(let name) = kind, !name.isEmpty else { return false }
        let pattern = pattern.map(Self.lowercased)
        guard pattern.starts(with: "*.".utf8) else { return pattern == name }
        let parent = pattern.dropFirst(1)
        guard parent.dropFirst().contains(UInt8(ascii: ".")), let dot = name.firstIndex(of: UInt8(ascii: "."))
        else { return false }
        return dot > 0 && name[dot...] == parent
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
