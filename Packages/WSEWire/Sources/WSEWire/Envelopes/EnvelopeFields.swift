/// Where an envelope's values begin; 0 means absent.
///
/// What is filled in by the scan of either format; the rare fields are found again from here when asked for.
struct EnvelopeFields {
    var category = 0
    var type = 0
    var payload = 0
    var payloadEnd = 0
    var id = 0
    var timestamp = 0
    var sequence = 0
    var version = 0
    var priority = 0
    var correlation = 0
    var signature = 0
    var topic = 0
    var epoch = 0
    var offset = 0
    var processing = 0

    /// Which fields were given under their short names, as bits; a long name does not replace those.
    private var shortNames: UInt8 = 0

    /// Notes where a value lies. The last of several equal keys wins, and a short name wins over a long one.
    @inline(__always)
    mutating func set(_ key: EnvelopeKey, isLong: Bool, start: Int, end: Int) {
        switch key {
        case .type: if claims(1, isLong) { type = start }
        case .payload: if claims(2, isLong) { (payload, payloadEnd) = (start, end) }
        case .topic: if claims(4, isLong) { topic = start }
        case .epoch: if claims(8, isLong) { epoch = start }
        case .offset: if claims(16, isLong) { offset = start }
        case .category: category = start
        case .id: id = start
        case .timestamp: timestamp = start
        case .sequence: sequence = start
        case .version: version = start
        case .priority: priority = start
        case .correlation: correlation = start
        case .signature: signature = start
        case .processing: processing = start
        case .unknown: break
        }
    }

    @inline(__always)
    private mutating func claims(_ bit: UInt8, _ isLong: Bool) -> Bool {
        if isLong { return shortNames & bit == 0 }
        shortNames |= bit
        return true
    }
}
