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

    /// Where the strings that are shared between events end, behind their closing quotes; 0 if that has to be found
    /// out.
    var typeEnd = 0
    var topicEnd = 0
    var epochEnd = 0

    /// Fields that have a long name beside the short one.
    struct Names: OptionSet {
        let rawValue: UInt8

        static let type = Names(rawValue: 1)
        static let payload = Names(rawValue: 2)
        static let topic = Names(rawValue: 4)
        static let epoch = Names(rawValue: 8)
        static let offset = Names(rawValue: 16)
    }

    /// Which fields were given under their short names, which a long name does not replace.
    private var shortNames: Names = []

    /// Notes that a field was given under its short name.
    @inline(__always)
    mutating func claim(_ name: Names) {
        shortNames.formUnion(name)
    }

    /// Notes where a value lies. The last of several equal keys wins, and a short name wins over a long one.
    @inline(__always)
    mutating func set(_ key: EnvelopeKey, isLong: Bool, start: Int, end: Int) {
        switch key {
        case .type: if claims(.type, isLong) { (type, typeEnd) = (start, 0) }
        case .payload: if claims(.payload, isLong) { (payload, payloadEnd) = (start, end) }
        case .topic: if claims(.topic, isLong) { (topic, topicEnd) = (start, 0) }
        case .epoch: if claims(.epoch, isLong) { (epoch, epochEnd) = (start, 0) }
        case .offset: if claims(.offset, isLong) { offset = start }
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
    private mutating func claims(_ name: Names, _ isLong: Bool) -> Bool {
        if isLong { return !shortNames.contains(name) }
        claim(name)
        return true
    }
}
