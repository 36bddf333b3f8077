/// A coding key that is known by its text or index alone: a step of a path, or a key of unknown type.
struct PayloadKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    static let `super` = PayloadKey("super")

    init(_ text: String) {
        stringValue = text
        intValue = nil
    }

    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(index: intValue) }
}

extension WSEValue.PathComponent {
    init(_ key: any CodingKey) {
        self = key.intValue.map { .index($0) } ?? .key(key.stringValue)
    }
}
