import WSEWire

/// An event as a member would give it.
func event(_ topic: String?, _ epoch: String = "e", _ offset: UInt64 = 0, id: String?, type: String = "tick")
    -> WSEEvent
{
    var text = #"{"c":"U","t":"\#(type)","p":{"n":\#(offset)},"v":1"#
    if let id { text += #","id":"\#(id)""# }
    if let topic { text += #","tp":"\#(topic)","e":"\#(epoch)","o":\#(offset)"# }
    text += "}"
    var decoder = MessageDecoder()
    var items: [WireItem] = []
    Array(text.utf8).withUnsafeBytes {
        decoder.decode(RawSpan(_unsafeBytes: $0), as: .text, into: &items)
    }
    guard case .event(let event)? = items.first else { fatalError("the test's own event is wrong: \(text)") }
    return event
}
