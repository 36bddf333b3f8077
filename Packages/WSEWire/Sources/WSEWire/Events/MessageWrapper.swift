/// The types of the messages that hold other messages.
enum MessageWrapper: UInt8 {
    case none, batch, priorityMessage

    init(type: String) {
        switch type {
        case "batch": self = .batch
        case "priority_message": self = .priorityMessage
        default: self = .none
        }
    }
}
