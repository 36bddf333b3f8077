/// How a session's key comes from the shared secret: HKDF-SHA256 with the salt and info that the server's version
/// asks for (PROTOCOL section 9).
public struct KeyDerivation: Sendable, Hashable {
    let salt: [UInt8]
    let info: [UInt8]

    /// Servers from 2.3.2 on: no salt, info `wse-encryption/aes-gcm-key`.
    public static let current = KeyDerivation(salt: [], info: Array("wse-encryption/aes-gcm-key".utf8))

    /// Servers before 2.3.2: salt `wse-encryption`, info `aes-gcm-key`.
    public static let salted = KeyDerivation(
        salt: Array("wse-encryption".utf8), info: Array("aes-gcm-key".utf8))

    init(salt: [UInt8], info: [UInt8]) {
        self.salt = salt
        self.info = info
    }

    /// The derivation of a server by the `server_version` of its `server_hello`.
    ///
    /// Only the three leading numbers count, so a pre-release of 2.3.2 is taken for 2.3.2.
    ///
    /// - Throws: ``CryptoError`` with code `invalidServerVersion` for text that does not start with a version.
    ///   A guess would only fail later and less clearly, as no frame could be opened.
    public init(serverVersion: String) throws(CryptoError) {
        let numbers = try Self.numbers(of: serverVersion)
        self = numbers.lexicographicallyPrecedes([2, 3, 2]) ? .salted : .current
    }

    private static func numbers(of version: String) throws(CryptoError) -> [UInt32] {
        var numbers: [UInt32] = []
        var rest = version.utf8[...]
        while numbers.count < 3 {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard !digits.isEmpty, let number = UInt32(Substring(digits)) else {
                throw CryptoError(.invalidServerVersion, "a server's version is like 2.5.1")
            }
            numbers.append(number)
            rest = rest[digits.endIndex...]
            guard numbers.count < 3 else { break }
            guard rest.first == UInt8(ascii: ".") else {
                throw CryptoError(.invalidServerVersion, "a server's version is like 2.5.1")
            }
            rest.removeFirst()
        }
        return numbers
    }
}
