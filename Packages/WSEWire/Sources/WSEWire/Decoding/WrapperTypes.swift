/// The types of the messages that hold other messages, entered into a decoder's table first, so that comparing
/// identities is enough.
struct WrapperTypes: Sendable {
    let batch: InternedString.Storage
    let priorityMessage: InternedString.Storage

    init(table: inout InternTable) {
        batch = table.intern("batch")
        priorityMessage = table.intern("priority_message")
    }
}
