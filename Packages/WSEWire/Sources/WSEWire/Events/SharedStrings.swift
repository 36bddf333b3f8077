/// The strings that an event has in common with others: they repeat together, so an event refers to all three at
/// once.
final class SharedStrings: Sendable {
    let type: InternedString.Storage
    let topic: InternedString.Storage?
    let epoch: InternedString.Storage?

    init(
        type: InternedString.Storage, topic: InternedString.Storage? = nil,
        epoch: InternedString.Storage? = nil
    ) {
        self.type = type
        self.topic = topic
        self.epoch = epoch
    }

    /// What an event has whose envelope turns out not to be one.
    static let none = SharedStrings(type: InternedString("").storage)
}
