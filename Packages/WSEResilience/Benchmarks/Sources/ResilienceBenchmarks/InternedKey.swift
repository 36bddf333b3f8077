/// Stands in for the interned strings of a decoder: one object per distinct text, its hash computed once.
struct InternedKey: Hashable, Sendable {
    final class Storage: Sendable {
        let text: String
        let hash: UInt64

        init(_ text: String) {
            self.text = text
            hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }

    let storage: Storage

    init(_ text: String) {
        storage = Storage(text)
    }

    static func == (left: InternedKey, right: InternedKey) -> Bool {
        left.storage === right.storage || left.storage.text == right.storage.text
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(storage.hash)
    }
}
