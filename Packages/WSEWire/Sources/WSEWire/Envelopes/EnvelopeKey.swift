/// The keys of an envelope.
enum EnvelopeKey {
    case category, type, payload, id, timestamp, sequence, version, priority, correlation, signature
    case topic, epoch, offset, processing
    case unknown

    /// What the value of a field has to be.
    enum Kind {
        case text, integer, number, any
    }

    @inline(__always)
    var kind: Kind {
        switch self {
        case .category, .type, .id, .timestamp, .correlation, .signature, .topic, .epoch: .text
        case .offset, .sequence, .version, .priority: .integer
        case .processing: .number
        case .payload, .unknown: .any
        }
    }

    /// Recognises the keys of one to three letters from the 8 bytes behind a key's opening quote.
    ///
    /// - Returns: The key and its length; ``unknown`` for one that is longer or none of them.
    @inline(__always)
    static func short(_ word: UInt64) -> (key: EnvelopeKey, length: Int) {
        switch word & 0xFFFF {
        case 0x2263: return (.category, 1)  // c"
        case 0x2274: return (.type, 1)  // t"
        case 0x2270: return (.payload, 1)  // p"
        case 0x2276: return (.version, 1)  // v"
        case 0x2265: return (.epoch, 1)  // e"
        case 0x226F: return (.offset, 1)  // o"
        default: break
        }
        switch word & 0xFF_FFFF {
        case 0x22_6469: return (.id, 2)  // id"
        case 0x22_7374: return (.timestamp, 2)  // ts"
        case 0x22_7074: return (.topic, 2)  // tp"
        default: break
        }
        switch word & 0xFFFF_FFFF {
        case 0x2271_6573: return (.sequence, 3)  // seq"
        case 0x2269_7270: return (.priority, 3)  // pri"
        case 0x2264_6963: return (.correlation, 3)  // cid"
        case 0x2267_6973: return (.signature, 3)  // sig"
        default: return (.unknown, 0)
        }
    }

    /// The key of this text in either spelling, and whether it is the long spelling, which yields to the short.
    static func named(_ text: String) -> (key: EnvelopeKey, isLong: Bool) {
        switch text {
        case "type": (.type, true)
        case "payload": (.payload, true)
        case "topic": (.topic, true)
        case "epoch": (.epoch, true)
        case "offset": (.offset, true)
        case "wse_processing_ms": (.processing, false)
        case "c": (.category, false)
        case "t": (.type, false)
        case "p": (.payload, false)
        case "v": (.version, false)
        case "e": (.epoch, false)
        case "o": (.offset, false)
        case "id": (.id, false)
        case "ts": (.timestamp, false)
        case "tp": (.topic, false)
        case "seq": (.sequence, false)
        case "pri": (.priority, false)
        case "cid": (.correlation, false)
        case "sig": (.signature, false)
        default: (.unknown, false)
        }
    }
}
