internal import WSEWire

/// An event as a line for people: topic and offset, type, payload.
struct EventLine {
    let style: TextStyle
    /// `nil` for whole payloads.
    let columns: Int?

    func text(_ event: WSEEvent) -> String {
        let place = event.topic?.shown ?? "-"
        let offset = event.offset.map { " \($0)" } ?? ""
        let type = event.type.shown
        let head = "\(place)\(offset)  \(type)  "
        let payload = EventJSON.payloadText(event).shown.clipped(
            to: columns.map { max(8, $0 - head.columns) })
        return "\(style.cyan(place))\(style.dim(offset))  \(style.bold(type))  \(payload)"
    }
}
