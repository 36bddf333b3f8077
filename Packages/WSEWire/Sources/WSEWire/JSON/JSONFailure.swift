/// A trivial error for the inner loops; turned into a ``WireError`` once, at the edge.
struct JSONFailure: Error {
    enum Reason: UInt8 {
        case unexpectedEnd, unexpectedByte, expectedKey, expectedColon, expectedCommaOrEnd
        case invalidLiteral, invalidNumber, controlCharacter, invalidEscape, loneSurrogate, invalidUTF8
        case tooDeep, trailingBytes
        case notAnObject, fieldNotString, fieldNotInteger, missingType, offsetOutOfRange
    }

    var reason: Reason
    var position: Int

    @inline(__always)
    init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    var wireError: WireError {
        let (code, message): (WireError.Code, String) =
            switch reason {
            case .unexpectedEnd: (.invalidJSON, "the text ends in the middle of a value")
            case .unexpectedByte: (.invalidJSON, "no JSON value starts like this")
            case .expectedKey: (.invalidJSON, "expected a string as object key")
            case .expectedColon: (.invalidJSON, "expected a colon after an object key")
            case .expectedCommaOrEnd: (.invalidJSON, "expected a comma or the end of the array or object")
            case .invalidLiteral: (.invalidJSON, "expected true, false or null")
            case .invalidNumber: (.invalidJSON, "malformed number")
            case .controlCharacter: (.invalidJSON, "unescaped control character in a string")
            case .invalidEscape: (.invalidJSON, "malformed escape sequence")
            case .loneSurrogate: (.invalidUTF8, "escaped surrogate without its pair")
            case .invalidUTF8: (.invalidUTF8, "invalid UTF-8")
            case .tooDeep: (.nestingTooDeep, "nested deeper than allowed")
            case .trailingBytes: (.invalidJSON, "bytes after the end of the JSON value")
            case .notAnObject: (.invalidEnvelope, "the message is not a JSON object")
            case .fieldNotString: (.invalidEnvelope, "this envelope field must be a string")
            case .fieldNotInteger: (.invalidEnvelope, "this envelope field must be an integer")
            case .missingType: (.invalidEnvelope, "the envelope has no type")
            case .offsetOutOfRange: (.invalidEnvelope, "the offset does not fit 64 unsigned bits")
            }
        return WireError(code, message, byteOffset: position)
    }
}
