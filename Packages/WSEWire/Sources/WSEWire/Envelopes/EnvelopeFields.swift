/// Where an envelope's values begin; 0 means absent.
///
/// What is filled in by the scan of either format; the rare fields are found again from here when asked for.
struct EnvelopeFields {
    var category: UInt32 = 0
    var type: UInt32 = 0
    var payload: UInt32 = 0
    var payloadEnd: UInt32 = 0
    var id: UInt32 = 0
    var timestamp: UInt32 = 0
    var sequence: UInt32 = 0
    var version: UInt32 = 0
    var priority: UInt32 = 0
    var correlation: UInt32 = 0
    var signature: UInt32 = 0
    var topic: UInt32 = 0
    var epoch: UInt32 = 0
    var offset: UInt32 = 0
    var processing: UInt32 = 0

    /// Where the strings that are shared between events end, in JSON behind their closing quotes; 0 for those with
    /// escapes.
    var typeEnd: UInt32 = 0
    var topicEnd: UInt32 = 0
    var epochEnd: UInt32 = 0

    /// Fields that have a long name beside the short one.
    struct Names: OptionSet {
        let rawValue: UInt8

        static let type = Names(rawValue: 1)
        static let payload = Names(rawValue: 2)
        static let topic = Names(rawValue: 4)
        static let epoch = Names(rawValue: 8)
        static let offset = Names(rawValue: 16)
        /// That the stamp's fields were given under their long names.
        static let longTopic = Names(rawValue: 32)
        static let longEpoch = Names(rawValue: 64)
        static let longOffset = Names(rawValue: 128)
    }

    /// Which fields were given under their short names, which a long name does not replace, and which of the stamp's under
    /// their long ones.
    private var shortNames: Names = []

    /// Notes that a field was given under its short name.
    @inline(__always)
    mutating func claim(_ name: Names) {
        shortNames.formUnion(name)
    }

    /// Notes where a value lies. The last of several equal keys wins, and a short name wins over a long one.
    ///
    /// Not so with the stamp: servers put theirs in front of what an application wrote, so there the first wins. Or
    /// else an event that is published again, with the stamp it once came with, would belong to its old place.
    ///
    /// - Parameter end: The index behind the value; for a string in JSON 0 if it has escapes.
    @inline(__always)
    mutating func set(_ key: EnvelopeKey, isLong: Bool, start: UInt32, end: UInt32) {
        switch key {
        case .type: if claims(.type, isLong) { (type, typeEnd) = (start, end) }
        case .payload: if claims(.payload, isLong) { (payload, payloadEnd) = (start, end) }
        case .topic: if claimsFirst(.topic, .longTopic, isLong) { (topic, topicEnd) = (start, end) }
        case .epoch: if claimsFirst(.epoch, .longEpoch, isLong) { (epoch, epochEnd) = (start, end) }
        case .offset: if claimsFirst(.offset, .longOffset, isLong) { offset = start }
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
    private mutating func claimsFirst(_ name: Names, _ long: Names, _ isLong: Bool) -> Bool {
        guard !shortNames.contains(name) else { return false }
        guard isLong else {
            claim(name)
            return true
        }
        guard !shortNames.contains(long) else { return false }
        claim(long)
        return true
    }

    @inline(__always)
    private mutating func claims(_ name: Names, _ isLong: Bool) -> Bool {
        if isLong { return !shortNames.contains(name) }
        claim(name)
        return true
    }
}
