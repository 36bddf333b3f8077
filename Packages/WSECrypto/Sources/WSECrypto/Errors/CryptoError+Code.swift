extension CryptoError {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case libraryFailure
            case invalidBase64, invalidHexadecimal
            case invalidKeyLength, invalidPrivateKey, invalidServerVersion
            case invalidPublicKeyLength, compressedPoint, unknownPointForm, pointAtInfinity,
                coordinateOutOfRange
            case pointNotOnCurve, ownPublicKey, keyExchangeFinished
            case frameTooShort, authenticationFailed, replayedFrame, reorderedFrame, reflectedFrame
            case messageTooLarge, messageLimitReached, outputTooSmall, heldFramesOverflow
            case malformedSignature, unacceptedSignatureForm, payloadMismatch, signatureMismatch
            case signatureTooOld, signatureFromTheFuture, replayedSignature, nonceCacheFull, invalidTime
        }

        let value: Value

        init(_ value: Value) {
            self.value = value
        }

        /// A stable name, fit for a metric label.
        public var description: String { value.rawValue }
    }
}

extension CryptoError.Code {
    /// libcrypto refused an operation that its arguments do not explain: out of memory, no entropy, an algorithm
    /// that this build of it lacks.
    public static let libraryFailure = Self(.libraryFailure)

    /// Text that is not Base64 in the one form that is accepted.
    public static let invalidBase64 = Self(.invalidBase64)
    /// Text that is not lower-case hexadecimal.
    public static let invalidHexadecimal = Self(.invalidHexadecimal)
}

/// Keys and key agreement.
extension CryptoError.Code {
    /// A key of a length that its algorithm does not take.
    public static let invalidKeyLength = Self(.invalidKeyLength)
    /// A number that is no private key of the curve.
    public static let invalidPrivateKey = Self(.invalidPrivateKey)
    /// A server version from which the key derivation cannot be told.
    public static let invalidServerVersion = Self(.invalidServerVersion)

    /// A public key that has not the length of an encoded point.
    public static let invalidPublicKeyLength = Self(.invalidPublicKeyLength)
    /// A compressed or hybrid point, where only uncompressed ones are used.
    public static let compressedPoint = Self(.compressedPoint)
    /// As long as a point, but in no form that SEC1 knows.
    public static let unknownPointForm = Self(.unknownPointForm)
    /// The point at infinity, which is no public key.
    public static let pointAtInfinity = Self(.pointAtInfinity)
    /// A coordinate that is no element of the field.
    public static let coordinateOutOfRange = Self(.coordinateOutOfRange)
    /// Two numbers that are no point of the curve.
    public static let pointNotOnCurve = Self(.pointNotOnCurve)
    /// A peer that presents the public key it was sent.
    public static let ownPublicKey = Self(.ownPublicKey)
    /// A key exchange that is over; its private key is gone.
    public static let keyExchangeFinished = Self(.keyExchangeFinished)
}

/// Encrypted frames.
extension CryptoError.Code {
    /// Fewer bytes than a nonce and a tag have.
    public static let frameTooShort = Self(.frameTooShort)
    /// Not sealed like this under this key.
    public static let authenticationFailed = Self(.authenticationFailed)
    /// Opened before.
    public static let replayedFrame = Self(.replayedFrame)
    /// Sealed before the last one that was opened.
    public static let reorderedFrame = Self(.reorderedFrame)
    /// Sealed by this side, and sent back to it.
    public static let reflectedFrame = Self(.reflectedFrame)
    /// Longer than the cipher takes in one message.
    public static let messageTooLarge = Self(.messageTooLarge)
    /// The key has served as many messages as it may; new keys are needed.
    public static let messageLimitReached = Self(.messageLimitReached)
    /// An output without room for the result.
    public static let outputTooSmall = Self(.outputTooSmall)
    /// More frames came before the key than are held.
    public static let heldFramesOverflow = Self(.heldFramesOverflow)
}

/// Signatures.
extension CryptoError.Code {
    /// Text that has neither form of a signature.
    public static let malformedSignature = Self(.malformedSignature)
    /// A signature in a form that the verifier was not told to accept.
    public static let unacceptedSignatureForm = Self(.unacceptedSignatureForm)
    /// A signature of another payload.
    public static let payloadMismatch = Self(.payloadMismatch)
    /// Not made with this key, or changed since.
    public static let signatureMismatch = Self(.signatureMismatch)
    /// Older than the verifier accepts.
    public static let signatureTooOld = Self(.signatureTooOld)
    /// Made later than now, by more than clocks may differ.
    public static let signatureFromTheFuture = Self(.signatureFromTheFuture)
    /// Verified before.
    public static let replayedSignature = Self(.replayedSignature)
    /// So many signatures came within the age window that no more can be remembered.
    public static let nonceCacheFull = Self(.nonceCacheFull)
    /// A time before 1970, or beyond what a signature can state.
    public static let invalidTime = Self(.invalidTime)
}
