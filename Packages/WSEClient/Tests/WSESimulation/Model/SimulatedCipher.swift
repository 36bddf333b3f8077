import Synchronization
import WSECrypto

/// Numbers instead of keys, so that a history with encryption costs little and repeats exactly.
final class SimulatedKeyExchangeFactory: KeyExchangeFactory {
    private let last = Mutex(0)

    func makeKeyExchange() throws(CryptoError) -> any KeyExchange {
        let number = last.withLock { last in
            last += 1
            return last
        }
        return SimulatedKeyExchange(number: number)
    }
}

struct SimulatedKeyExchange: KeyExchange {
    let number: Int

    var publicKey: String { "client-\(number)" }

    func finish(peerPublicKey: String, serverVersion: String) throws(CryptoError) -> any MessageCipher {
        guard let server = peerPublicKey.split(separator: "-").last.flatMap({ Int($0) }) else {
            throw CryptoError(.pointNotOnCurve, "\(peerPublicKey) is no key of this model")
        }
        return SimulatedCipher(client: number, server: server, isServer: false)
    }
}

/// Nothing secret, but nothing readable either, and only the pair of the two ends opens it.
///
/// A frame's body is a nonce of 12 bytes, the text, and a tag of 16, of which 8 are the key.
final class SimulatedCipher: MessageCipher {
    private let key: UInt64
    private let isServer: Bool
    private let sealed = Mutex<UInt64>(0)

    init(client: Int, server: Int, isServer: Bool) {
        key = UInt64(client) << 32 | UInt64(server)
        self.isServer = isServer
    }

    func seal(_ plaintext: RawSpan, appendingTo frame: inout [UInt8]) throws(CryptoError) {
        let count = sealed.withLock { sealed in
            sealed += 1
            return sealed
        }
        frame += [UInt8(ascii: "E"), UInt8(ascii: ":"), isServer ? 1 : 0, 0, 0, 0]
        append(count, to: &frame)
        plaintext.withUnsafeBytes { bytes in
            for byte in bytes { frame.append(byte ^ 0xA5) }
        }
        append(key, to: &frame)
        append(0, to: &frame)
    }

    func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws(CryptoError) {
        plaintext.removeAll(keepingCapacity: true)
        let count = sealed.byteCount
        guard count >= 28 else { throw CryptoError(.frameTooShort, "\(count) bytes") }
        var expected: [UInt8] = []
        append(key, to: &expected)
        let isOurs = sealed.withUnsafeBytes { bytes in
            expected.elementsEqual(bytes[(count - 16)..<(count - 8)]) && bytes[0] == (isServer ? 0 : 1)
        }
        guard isOurs else { throw CryptoError(.authenticationFailed, "sealed with another key") }
        sealed.withUnsafeBytes { bytes in
            for byte in bytes[12..<(count - 16)] { plaintext.append(byte ^ 0xA5) }
        }
    }

    private func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
