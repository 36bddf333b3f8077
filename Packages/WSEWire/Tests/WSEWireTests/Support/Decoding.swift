import WSEWire

/// Decodes one message with a fresh decoder.
func decode(
    _ bytes: [UInt8], as kind: FrameKind = .binary, limits: WireLimits = WireLimits(),
    decryptor: (any FrameDecryptor)? = nil
) -> [WireItem] {
    let decoder = TestDecoder(limits: limits, decryptor: decryptor)
    decoder.decode(bytes, as: kind)
    return decoder.items
}

func decode(_ text: String, limits: WireLimits = WireLimits()) -> [WireItem] {
    decode(Array(text.utf8), as: .text, limits: limits)
}

extension WireItem {
    var event: WSEEvent? {
        if case .event(let event) = self { event } else { nil }
    }

    var error: WireError? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension [WireItem] {
    var events: [WSEEvent] { compactMap(\.event) }
    var errors: [WireError] { compactMap(\.error) }
}
