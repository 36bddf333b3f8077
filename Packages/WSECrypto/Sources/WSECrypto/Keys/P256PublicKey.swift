import CCrypto

/// A P-256 public key: a point of which it was checked that it is on the curve and not at infinity.
public struct P256PublicKey: Sendable, Hashable {
    /// How many bytes an uncompressed point has: the form, x and y.
    public static let byteCount = 65

    private let point: [UInt8]

    /// Reads an uncompressed SEC1 point, the only form that WSE uses.
    ///
    /// - Throws: ``CryptoError``, before anything is done with the point:
    ///   - `invalidPublicKeyLength`: not 65 bytes, and none of the forms below;
    ///   - `compressedPoint`: a compressed or hybrid point, which WSE does not use;
    ///   - `pointAtInfinity`: infinity, as one zero byte or as the coordinates 0 and 0;
    ///   - `coordinateOutOfRange`: a coordinate that is not below the field's prime;
    ///   - `pointNotOnCurve`: any other pair of numbers that is no point of P-256;
    ///   - `unknownPointForm`: 65 bytes that start with none of the forms of SEC1.
    public init(sec1 bytes: RawSpan) throws(CryptoError) {
        let point = bytes.withUnsafeBytes { Array($0) }
        try Self.checkForm(point)
        _ = try Self.libcryptoKey(of: point)
        self.point = point
    }

    /// Reads an uncompressed SEC1 point, the only form that WSE uses; see ``init(sec1:)-(RawSpan)``.
    public init(sec1 bytes: [UInt8]) throws(CryptoError) {
        self = try bytes.withRawSpan { (span) throws(CryptoError) in try P256PublicKey(sec1: span) }
    }

    /// Reads the `encryption_public_key` of a hello message.
    ///
    /// - Throws: ``CryptoError`` with code `invalidBase64`, or as ``init(sec1:)-(RawSpan)`` does.
    public init(base64 text: String) throws(CryptoError) {
        try self.init(sec1: Base64.decode(text))
    }

    /// The uncompressed SEC1 point, 65 bytes.
    public var sec1: [UInt8] { point }

    /// The point as it stands in `encryption_public_key`.
    public var base64: String { Base64.encode(point) }

    /// The key as libcrypto wants it.
    func libcryptoKey() throws(CryptoError) -> Owned<KeyKind> {
        try Self.libcryptoKey(of: point)
    }

    private static func checkForm(_ point: [UInt8]) throws(CryptoError) {
        switch (point.first, point.count) {
        case (0x00, 1):
            throw CryptoError(.pointAtInfinity, "the point at infinity is no public key")
        case (0x02, 33), (0x03, 33), (0x06, 65), (0x07, 65):
            throw CryptoError(.compressedPoint, "a compressed or hybrid point, not an uncompressed one")
        case (0x04, 65):
            break
        case (_, 65):
            throw CryptoError(.unknownPointForm, "not an encoded point")
        default:
            throw CryptoError(.invalidPublicKeyLength, "a public key has 65 bytes, not \(point.count)")
        }
        guard point.dropFirst().contains(where: { $0 != 0 }) else {
            throw CryptoError(.pointAtInfinity, "the point at infinity is no public key")
        }
        guard point[1..<33].lexicographicallyPrecedes(prime), point[33..<65].lexicographicallyPrecedes(prime)
        else { throw CryptoError(.coordinateOutOfRange, "a coordinate is not below the prime of P-256") }
    }

    private static func libcryptoKey(of point: [UInt8]) throws(CryptoError) -> Owned<KeyKind> {
        LibCrypto.forgetReasons()
        var object: OpaquePointer?
        let made = point.withRawSpan { span in
            span.withPointer { pointer, count in wse_p256_public_key(pointer, count, &object) }
        }
        guard made == 1 else { throw LibCrypto.failure("not a point of P-256", code: .pointNotOnCurve) }
        let key = try Owned<KeyKind>.take(object, "no public key")

        // libcrypto has refused points off the curve by now; this is its whole check: range, curve, order.
        let check = try Owned<KeyContextKind>.take(
            EVP_PKEY_CTX_new_from_pkey(nil, key.object, nil), "no context for a public key")
        try LibCrypto.check(
            EVP_PKEY_public_check(check.object), "not a point of P-256", code: .pointNotOnCurve)
        return key
    }

    /// The prime of the field: 2^256 - 2^224 + 2^192 + 2^96 - 1, most significant byte first.
    private static let prime: [UInt8] =
        [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1] + Array(repeating: 0, count: 12)
        + Array(repeating: 0xff, count: 12)
}
